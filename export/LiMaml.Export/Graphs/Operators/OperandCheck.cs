namespace LiMaml.Export.Graphs.Operators;

/// <summary>What operators ask of their operands; a refusal names the operator and the operands with their shapes.</summary>
internal static class OperandCheck
{
    /// <summary>Refuses <paramref name="operands"/> for <paramref name="reason"/>.</summary>
    public static ArgumentException Refuse(string operatorName, string reason, params IEnumerable<OnnxValue> operands) =>
        new($"{operatorName}({string.Join(", ", operands)}): {reason}");

    /// <summary>All operands must have elements of <paramref name="element"/>.</summary>
    public static void Elements(string operatorName, OnnxElement element, params IReadOnlyList<OnnxValue> operands)
    {
        if (operands.Any(operand => operand.Element != element))
        {
            throw Refuse(operatorName, $"takes {element.Text()}", operands);
        }
    }

    /// <summary>The operand must have at least <paramref name="rank"/> axes.</summary>
    public static void RankAtLeast(string operatorName, int rank, OnnxValue operand)
    {
        if (operand.Shape.Rank < rank)
        {
            throw Refuse(operatorName, $"needs {rank} axes or more", operand);
        }
    }

    /// <summary><paramref name="axis"/> of <paramref name="rank"/> axes, counted from 0.</summary>
    public static int Axis(string operatorName, int axis, int rank, OnnxValue operand) =>
        axis >= -rank && axis < rank
            ? (axis + rank) % rank
            : throw Refuse(operatorName, $"axis {axis} is outside [{-rank}, {rank})", operand);
}
