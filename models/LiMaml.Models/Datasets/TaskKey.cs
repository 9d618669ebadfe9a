using System.Text;

namespace LiMaml.Models.Datasets;

/// <summary>
/// The written form of a task's key: the values of its key columns joined by <c>|</c>; a <c>|</c> or <c>\</c> inside a
/// value is preceded by <c>\</c>. Keys are ordered by their UTF-8 bytes, as databases and key-value stores order them.
/// </summary>
public static class TaskKey
{
    /// <summary>The order of keys; differs from <see cref="StringComparer.Ordinal"/> only beyond U+FFFF.</summary>
    public static IComparer<string> Comparer { get; } = Comparer<string>.Create(Compare);

    /// <summary>The key made of <paramref name="parts"/>, one for each key column.</summary>
    /// <exception cref="ArgumentException">There are no parts.</exception>
    public static string Join(params ReadOnlySpan<string> parts)
    {
        if (parts.Length == 0)
        {
            throw new ArgumentException("a task key needs at least one part", nameof(parts));
        }

        var key = new StringBuilder();
        for (var index = 0; index < parts.Length; index++)
        {
            if (index > 0)
            {
                key.Append('|');
            }

            foreach (var character in parts[index])
            {
                if (character is '|' or '\\')
                {
                    key.Append('\\');
                }

                key.Append(character);
            }
        }

        return key.ToString();
    }

    /// <summary>Below 0 where <paramref name="left"/> comes first, above 0 where <paramref name="right"/> does, 0 where they are equal: the order of their UTF-8 bytes.</summary>
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length - right.Length;
        }

        return InCodePointOrder(left[common]) - InCodePointOrder(right[common]);
    }

    // Surrogates (U+D800…U+DFFF) stand for code points above every other UTF-16 unit: swap them with U+E000…U+FFFF.
    private static int InCodePointOrder(char unit) => unit < 0xD800 ? unit : unit < 0xE000 ? unit + 0x2000 : unit - 0x800;
}
