using LiMaml.Models;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Events;

public sealed class EventSchemaTests
{
    private static EventSchema Schema => SampleEvents.Schema;

    [Fact]
    public void Hash_OtherVocabularyTransformAndOrder_IsTheSame()
    {
        var retrained = TestModel.Schema with
        {
            Name = "tomorrow",
            Features = [.. TestModel.Schema.Features.Reverse().Select(feature => feature switch
            {
                CategoricalFeature { Vocabulary: not null } => new CategoricalFeature(feature.Name, ["q"]),
                DenseFeature => new DenseFeature(feature.Name),
                _ => feature,
            })],
        };
        Assert.Equal(Schema.Hash, EventSchema.For(retrained).Hash);
        Assert.Matches("^[0-9a-f]{16}$", Schema.Hash);
    }

    [Fact]
    public void Hash_OtherEvents_Differs()
    {
        DatasetSchema[] others =
        [
            TestModel.Schema with { Label = LabelKind.Real },
            TestModel.Schema with { Label = LabelKind.Graded },
            TestModel.Schema with { Features = [.. TestModel.Schema.Features.Skip(2)], Tasks = [new("member", ["member"], ["city"])] },
            TestModel.Schema with { Features = [.. TestModel.Schema.Features.SkipLast(1), new VectorFeature("taste", 5)] },
            TestModel.Schema with { Tasks = [new("member", ["member"], ["city"])] },
        ];
        Assert.Equal(6, others.Select(schema => EventSchema.For(schema).Hash).Append(Schema.Hash).Distinct().Count());
    }

    [Fact]
    public void Hash_OfTheReadmesSchema_IsTheReadmes()
    {
        var schema = new DatasetSchema(1, "shop", LabelKind.Binary, [new DenseFeature("price"), new CategoricalFeature("city", ["Oslo"]), new VectorFeature("image", 2)], [new("member", ["member_id"], ["city"])]);
        Assert.Equal("limaml-event-1\nbinary\nkey member_id\ncategory city\nvector image 2\nnumber price\n", EventSchema.For(schema).Layout.ToString());
        Assert.Equal("7570919853050512", EventSchema.For(schema).Hash);
    }

    [Theory]
    [InlineData(LabelKind.Binary)]
    [InlineData(LabelKind.Graded)]
    [InlineData(LabelKind.Real)]
    public void Parse_WrittenLayout_IsTheSame(LabelKind label)
    {
        var written = EventSchema.For(TestModel.Schema with { Label = label });
        var read = EventLayout.Parse(written.Layout.ToString());
        Assert.Equal((written.Hash, label), (read.Hash, read.Label));
    }

    [Theory]
    [InlineData("")]
    [InlineData("limaml-event-2\nbinary\n")]
    [InlineData("limaml-event-1\nternary\n")]
    [InlineData("limaml-event-1\nbinary\nkey")]
    [InlineData("limaml-event-1\nbinary\ncategory\n")]
    [InlineData("limaml-event-1\nbinary\nvector image\n")]
    [InlineData("limaml-event-1\nbinary\nvector image -1\n")]
    public void Parse_SomethingElse_Refuses(string text) => Assert.Throws<FormatException>(() => EventLayout.Parse(text));

    [Fact]
    public void For_KeyColumnWithALineBreak_Refuses()
    {
        var fault = Assert.Throws<InvalidInputException>(() => EventSchema.For(TestModel.Schema with { Tasks = [new("member", ["a\nb"], [])] }));
        Assert.Contains("expected a name without line breaks", fault.Message);
    }

    [Fact]
    public void KeyOf_Event_IsTheTaskKey()
    {
        Assert.Equal(["member", "item"], Schema.Dataset.Tasks.Select(task => task.Name));
        Assert.Equal("i\\|7", Schema.KeyOf(SampleEvents.Example, "item"));
        Assert.Null(Schema.KeyOf(SampleEvents.Example with { Keys = new Dictionary<string, string> { ["member"] = "m" } }, "item"));
    }

    [Fact]
    public void Validate_Example_Accepts() => Schema.Validate(SampleEvents.Example, SampleEvents.Now, TimeSpan.FromDays(1));

    [Fact]
    public void Validate_KeysOfOneDefinition_Accepts() =>
        Schema.Validate(SampleEvents.Example with { Keys = new Dictionary<string, string> { ["item"] = "7" } }, SampleEvents.Now, TimeSpan.Zero);

    [Fact]
    public void Validate_WithinTheSkew_Accepts()
    {
        var ahead = SampleEvents.Example with { EventTime = Micros(SampleEvents.Now) + 3_600_000_000 };
        Schema.Validate(ahead, SampleEvents.Now, TimeSpan.FromHours(1));
        Rejected(RejectionReasons.FutureEventTime, "at most 00:59:59 after the clock, which says 2026-05-01T12:00:00", ahead, TimeSpan.FromSeconds(3599));
    }

    [Fact]
    public void Validate_EventTime_IsBounded()
    {
        Rejected(RejectionReasons.EventTime, "event time: found -1", SampleEvents.Example with { EventTime = -1 });
        Rejected(RejectionReasons.EventTime, "of the years 1970 to 9999", SampleEvents.Example with { EventTime = long.MaxValue }, TimeSpan.MaxValue);
    }

    [Theory]
    [InlineData(0.5f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Validate_Label_IsZeroOrOne(float label) =>
        Rejected(RejectionReasons.Label, "label: found", SampleEvents.Example with { Label = label });

    [Fact]
    public void Validate_RealLabel_IsFinite()
    {
        var real = EventSchema.For(TestModel.Schema with { Label = LabelKind.Real });
        real.Validate(SampleEvents.Example with { Label = -3.5f }, SampleEvents.Now, TimeSpan.Zero);
        var fault = Assert.Throws<EventRejectedException>(() => real.Validate(SampleEvents.Example with { Label = float.NaN }, SampleEvents.Now, TimeSpan.Zero));
        Assert.Equal("label: found NaN, expected a finite number.", fault.Message);
    }

    [Theory]
    [InlineData(-0.1f, "-0.1")]
    [InlineData(1.5f, "1.5")]
    [InlineData(float.NaN, "NaN")]
    public void Validate_GradedLabel_IsFromZeroToOne(float wrong, string found)
    {
        var graded = EventSchema.For(TestModel.Schema with { Label = LabelKind.Graded });
        Assert.All([0, 0.3f, 1], label => graded.Validate(SampleEvents.Example with { Label = label }, SampleEvents.Now, TimeSpan.Zero));
        var fault = Assert.Throws<EventRejectedException>(() => graded.Validate(SampleEvents.Example with { Label = wrong }, SampleEvents.Now, TimeSpan.Zero));
        Assert.Equal($"label: found {found}, expected 0 to 1.", fault.Message);
    }

    [Theory]
    [InlineData(-0.5f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Validate_Weight_IsFiniteAndNotNegative(float weight) =>
        Rejected(RejectionReasons.Weight, "weight: found", SampleEvents.Example with { Weight = weight });

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    public void Validate_EventId_IsBounded(int length) =>
        Rejected(RejectionReasons.EventId, "1 to 256 bytes of text", SampleEvents.Example with { EventId = new string('x', length) });

    [Fact]
    public void Validate_LoneSurrogate_IsNoText()
    {
        Rejected(RejectionReasons.EventId, "event id", SampleEvents.Example with { EventId = "\ud800" });
        Rejected(RejectionReasons.Key, "key column 'item'", SampleEvents.Example.WithKey("item", "\udc00a"));
        Rejected(RejectionReasons.FeatureValue, "feature 'city'", SampleEvents.Example.With("city", new FeatureValue.Category("\ud800")));
    }

    [Fact]
    public void Validate_Keys_AreThoseOfTheSchema()
    {
        Rejected(RejectionReasons.Key, "keys: found none, expected all key columns of a task definition: member; or item.", SampleEvents.Example with { Keys = new Dictionary<string, string>() });
        Rejected(RejectionReasons.Key, "keys: found 'advertiser'", SampleEvents.Example.WithKey("advertiser", "7"));
        Rejected(RejectionReasons.Key, "key column 'item': found ''", SampleEvents.Example.WithKey("item", ""));
        Rejected(RejectionReasons.Key, "1 to 1024 bytes of text without U+0000", SampleEvents.Example.WithKey("item", "a\0b"));
        Rejected(RejectionReasons.Key, "(1025 characters)", SampleEvents.Example.WithKey("item", new string('k', 1025)));
    }

    [Fact]
    public void Validate_UnknownFeature_IsNamed() =>
        Rejected(RejectionReasons.UnknownFeature, "features: found 'colour', expected those of the schema: age, city,", SampleEvents.Example.With("colour", new FeatureValue.Category("red")));

    [Theory]
    [InlineData("age")]
    [InlineData("taste")]
    public void Validate_MissingNumber_IsNamed(string feature) =>
        Rejected(RejectionReasons.MissingFeature, $"feature '{feature}': found nothing, expected a value.", SampleEvents.Example.With(feature, null));

    [Theory]
    [InlineData("city")]
    [InlineData("genres")]
    public void Validate_MissingCategory_Accepts(string feature) =>
        Schema.Validate(SampleEvents.Example.With(feature, null), SampleEvents.Now, TimeSpan.Zero);

    [Fact]
    public void Validate_ValueOfAnotherKind_IsNamed()
    {
        Rejected(RejectionReasons.FeatureKind, "feature 'age': found a value of kind Category, expected a finite number.", SampleEvents.Example.With("age", new FeatureValue.Category("31")));
        Rejected(RejectionReasons.FeatureKind, "expected a category", SampleEvents.Example.With("city", new FeatureValue.Number(1)));
        Rejected(RejectionReasons.FeatureKind, "expected a list of categories", SampleEvents.Example.With("genres", new FeatureValue.Category("x")));
        Rejected(RejectionReasons.FeatureKind, "expected 4 finite numbers", SampleEvents.Example.With("taste", new FeatureValue.Number(1)));
        Rejected(RejectionReasons.FeatureKind, "only hashed features take an index", SampleEvents.Example.With("city", new FeatureValue.CategoryIndex(1)));
        Rejected(RejectionReasons.FeatureKind, "only hashed features take an index", SampleEvents.Example.With("genres", new FeatureValue.CategoryIndices([1])));
    }

    [Fact]
    public void Validate_ValueOutOfRange_IsNamed()
    {
        Rejected(RejectionReasons.FeatureValue, "feature 'age': found NaN", SampleEvents.Example.With("age", new FeatureValue.Number(float.NaN)));
        Rejected(RejectionReasons.FeatureValue, "feature 'visits': found -1, expected a finite number, 0 or more.", SampleEvents.Example.With("visits", new FeatureValue.Number(-1)));
        Rejected(RejectionReasons.FeatureValue, "expected a bucket from 1 to 9", SampleEvents.Example.With("item", new FeatureValue.CategoryIndex(10)));
        Rejected(RejectionReasons.FeatureValue, "expected a bucket from 1 to 9", SampleEvents.Example.With("item", new FeatureValue.CategoryIndex(0)));
        Rejected(RejectionReasons.FeatureValue, "at most 4096 bytes", SampleEvents.Example.With("city", new FeatureValue.Category(new string('c', 4097))));
        Rejected(RejectionReasons.FeatureValue, "found an empty value", SampleEvents.Example.With("genres", new FeatureValue.Categories(["x", ""])));
        Rejected(RejectionReasons.FeatureValue, "found 65537 values", SampleEvents.Example.With("genres", new FeatureValue.Categories([.. Enumerable.Repeat("x", 65537)])));
        Rejected(RejectionReasons.FeatureValue, "found 3 numbers, expected 4 finite numbers", SampleEvents.Example.With("taste", new FeatureValue.Vector(new float[3])));
        Rejected(RejectionReasons.FeatureValue, "found NaN, expected 4 finite numbers", SampleEvents.Example.With("taste", new FeatureValue.Vector(new[] { 1, float.NaN, 0, 0 })));
    }

    private static void Rejected(string reason, string message, InteractionEvent interaction, TimeSpan? skew = null)
    {
        var fault = Assert.Throws<EventRejectedException>(() => Schema.Validate(interaction, SampleEvents.Now, skew ?? TimeSpan.FromDays(1)));
        Assert.Equal(reason, fault.Reason);
        Assert.Contains(message, fault.Message);
    }

    private static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / 10;
}
