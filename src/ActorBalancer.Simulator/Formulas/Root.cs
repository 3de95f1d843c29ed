namespace ActorBalancer.Simulator.Formulas;

/// <summary>Where a function crosses zero, by halving: slow, and never wrong.</summary>
internal static class Root
{
    /// <summary>The zero of a function that falls, is above zero at <paramref name="low"/>, and below it somewhere above.</summary>
    public static double Falling(Func<double, double> function, double low, double high)
    {
        while (function(high) > 0) high = low + (2 * (high - low));
        return Between(function, low, high);
    }

    /// <summary>The zero of a function that is above zero at <paramref name="low"/> and not at <paramref name="high"/>.</summary>
    public static double Between(Func<double, double> function, double low, double high)
    {
        while (true)
        {
            double middle = low + ((high - low) / 2);
            if (middle <= low || middle >= high) return middle;
            if (function(middle) > 0) low = middle;
            else high = middle;
        }
    }
}
