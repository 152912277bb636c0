namespace DbBreaker.TestKit.Contract;

/// <summary>What the end of an operation says about the server.</summary>
public enum ContractEvidence
{
    /// <summary>It is not there: counts against the circuit.</summary>
    Failure,

    /// <summary>It answered: counts as a success.</summary>
    Answer,

    /// <summary>Nothing.</summary>
    None,
}
