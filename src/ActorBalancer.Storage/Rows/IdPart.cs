namespace ActorBalancer.Storage.Rows;

/// <summary>
/// Finds a part of an id without making the text of every id: a character is five bits of the key, so a part at a place is a shift,
/// a mask and a comparison, which a database does itself.
/// </summary>
/// <param name="Shift">How far the key's bits are moved down.</param>
/// <param name="Mask">Which are looked at.</param>
/// <param name="Value">What they must be.</param>
internal readonly record struct IdPart(int Shift, long Mask, long Value)
{
    private const int IdLength = 13;
    private const int Bits = 5;

    /// <summary>One test a place where the text could be in an id; none: no id holds it.</summary>
    public static List<IdPart> Of(string text)
    {
        List<IdPart> parts = [];
        if (text.Length is 0 or > IdLength)
            return parts;
        string padded = text.ToLowerInvariant().PadLeft(IdLength, '0');
        // The first of thirteen characters has but three bits, so a value that starts high is only possible further on.
        Int128 value = 0;
        foreach (char c in padded)
        {
            int digit = "0123456789abcdefghjkmnpqrstvwxyz".IndexOf(c, StringComparison.Ordinal);
            if (digit < 0)
                return parts;
            value = value << Bits | (uint)digit;
        }
        for (int place = 0; place + text.Length <= IdLength; place++)
        {
            int shift = (IdLength - text.Length - place) * Bits;
            Int128 mask = ((Int128)1 << text.Length * Bits) - 1;
            // Keys have 63 bits: what lies above is zero in every id.
            Int128 above = mask << shift & ~(Int128)long.MaxValue;
            if ((value << shift & above) == 0)
                parts.Add(new IdPart(shift, (long)((mask << shift & long.MaxValue) >> shift), (long)value));
        }
        return parts;
    }
}
