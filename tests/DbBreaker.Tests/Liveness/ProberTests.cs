using DbBreaker.Liveness;
using Microsoft.Extensions.Time.Testing;

namespace DbBreaker.Tests.Liveness;

public sealed class ProberTests
{
    private static readonly ProbeResult _refused = new(ProbeOutcome.Failed, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new();
    private readonly List<ProbeAttempt> _sent = [];
    private readonly AttendedClock _clock;
    private readonly Prober _prober;

    public ProberTests()
    {
        _clock = new AttendedClock(_time, GuardBench.Tick);
        _prober = new Prober(_clock, () => 0, _sent.Add);
    }

    [Fact]
    public void Intervals_double_up_to_the_longest_while_nothing_answers() =>
        Assert.Equal([0, 250, 750, 1_750, 2_750, 3_750], SentWithin(4_000, answer: null));

    [Fact]
    public void A_refusal_keeps_the_interval_short_for_half_a_minute_and_then_it_doubles()
    {
        List<double> sentAt = SentWithin(34_000, _refused);
        IEnumerable<double> everyInterval = Enumerable.Range(0, 122).Select(static i => i * 250.0);

        Assert.Equal([.. everyInterval, 30_750, 31_750, 32_750, 33_750], sentAt);
    }

    [Fact]
    public void A_server_that_was_silent_and_now_refuses_is_asked_again_soon()
    {
        Assert.Equal([0, 250, 750, 1_750], SentWithin(2_000, answer: null));

        Assert.Equal([2_050, 2_300, 2_550, 2_800], SentWithin(1_000, _refused, from: 2_000));
    }

    [Fact]
    public void An_outage_after_a_long_one_is_met_with_short_intervals_again()
    {
        SentWithin(40_000, _refused);
        _prober.Stop();
        _sent.Clear();

        _prober.Start(_clock.Now);
        Assert.Equal([0, 250, 500, 750], SentWithin(1_000, _refused));
    }

    [Fact]
    public void An_overdue_probe_is_told_once_and_its_late_answer_counts()
    {
        _prober.Start(0);
        var news = new List<ProbeOutcome>();
        for (int i = 0; i < 18; i++)
        {
            if (Step() is { } told) news.Add(told.Outcome);
        }

        Assert.Equal([ProbeOutcome.Unanswered], news);
        _sent[0].Complete(new ProbeResult(ProbeOutcome.Answered, TimeSpan.FromSeconds(1)));
        Assert.Equal(ProbeOutcome.Answered, Step()?.Outcome);
    }

    [Fact]
    public void The_number_under_way_is_bounded_and_then_it_says_so()
    {
        _prober.Start(0);
        for (int i = 0; i < 1_000; i++) Step();
        Assert.Equal(Prober.MaxUnderWay, _sent.Count);
        Assert.True(_prober.IsExhausted);
        _sent[3].Complete(new ProbeResult(ProbeOutcome.Failed, TimeSpan.Zero));
        Step();
        Assert.Equal(Prober.MaxUnderWay + 1, _sent.Count);
    }

    [Fact]
    public void What_comes_after_a_stop_is_forgotten()
    {
        _prober.Start(0);
        Step();
        _prober.Stop();
        _sent[0].Complete(new ProbeResult(ProbeOutcome.Answered, TimeSpan.Zero));
        Assert.Null(Step());
        _prober.Start(0);
        Assert.Null(Step());
        Assert.Equal(2, _sent.Count);
    }

    private List<double> SentWithin(int milliseconds, ProbeResult? answer, int from = 0)
    {
        _prober.Start(0);
        var sentAt = new List<double>();
        for (int ms = from; ms < from + milliseconds; ms += 50)
        {
            int before = _sent.Count;
            Step(answer);
            if (_sent.Count > before) sentAt.Add(ms);
        }

        return sentAt;
    }

    private ProbeResult? Step(ProbeResult? answer = null)
    {
        ProbeResult? news = _prober.Step();
        if (answer is { } result && _sent.Count > 0) _sent[^1].Complete(result);
        _time.Advance(GuardBench.Tick);
        _clock.Tick();
        return news;
    }
}
