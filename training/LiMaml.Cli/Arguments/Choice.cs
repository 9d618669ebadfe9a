using System.CommandLine;

namespace LiMaml.Cli.Arguments;

/// <summary>Options whose value is one of a few words.</summary>
internal static class Choice
{
    /// <summary>An option that takes one of the words, in upper or lower case.</summary>
    public static Option<T> Of<T>(string name, string description, params (string Word, T Value)[] words)
    {
        var option = new Option<T>(name) { Description = description };
        option.CustomParser = result => words.FirstOrDefault(word => word.Word.Equals(result.Tokens[0].Value, StringComparison.OrdinalIgnoreCase)).Value!;
        return option.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, [.. words.Select(word => word.Word)]);
    }

    /// <summary>An option that takes some of the words, each as an argument or all in one with commas.</summary>
    public static Option<T[]> Several<T>(string name, string description, params (string Word, T Value)[] words)
    {
        var option = new Option<T[]>(name) { Description = description, AllowMultipleArgumentsPerToken = true, HelpName = string.Join(',', words.Select(word => word.Word)) };
        option.CustomParser = result =>
        {
            var values = new List<T>();
            foreach (var token in result.Tokens.SelectMany(token => token.Value.Split(',')))
            {
                var index = Array.FindIndex(words, word => word.Word == token);
                if (index < 0)
                {
                    result.AddError($"{name}: found '{token}', expected some of {string.Join(", ", words.Select(word => word.Word))}.");
                    return [];
                }

                values.Add(words[index].Value);
            }

            return [.. values];
        };
        return option;
    }
}
