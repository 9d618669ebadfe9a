using System.Text;

namespace LiMaml.Models.Datasets;

/// <summary>
/// The written form of a task's key: the values of its key columns joined by <c>|</c>; a <c>|</c> or <c>\</c> inside a
/// value is preceded by <c>\</c>. Keys compare by UTF-16 ordinal.
/// </summary>
public static class TaskKey
{
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
}
