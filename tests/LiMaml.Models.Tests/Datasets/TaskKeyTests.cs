using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LiMaml.Models.Datasets;

namespace LiMaml.Models.Tests.Datasets;

public sealed class TaskKeyTests
{
    [Fact]
    public void Join_SeparatorsInValues_AreEscaped() => Assert.Equal(@"a\|b|c\\d|", TaskKey.Join("a|b", @"c\d", ""));

    [Fact]
    public void Join_NoParts_Throws() => Assert.Throws<ArgumentException>(() => TaskKey.Join());

    [Fact]
    public void Compare_AnyText_IsTheOrderOfUtf8Bytes()
    {
        var text = Gen.Elements('a', 'b', '|', 'é', '\uE000', '\uFFFD').Select(character => $"{character}")
            .Or(Gen.Elements("😀", "𝄞", "")).ArrayOf().Select(parts => string.Concat(parts));
        Prop.ForAll(Arb.From(text), Arb.From(text), (left, right) =>
            Math.Sign(TaskKey.Compare(left, right)) == Math.Sign(Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)))).QuickCheckThrowOnFailure();
    }
}
