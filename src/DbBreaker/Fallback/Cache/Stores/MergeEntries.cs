namespace DbBreaker.Fallback.Cache.Stores;

/// <summary>Says what is to be stored in place of what is found under the same key.</summary>
internal delegate byte[] MergeEntries(byte[] found);
