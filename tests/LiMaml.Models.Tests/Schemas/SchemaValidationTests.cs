using LiMaml.Models.Json;
using LiMaml.Models.Schemas;

namespace LiMaml.Models.Tests.Schemas;

public sealed class SchemaValidationTests
{
    [Fact]
    public void Validate_Example_Passes() => SchemaValidation.Validate(Examples.Schema(), "schema.json");

    [Fact]
    public void Read_WrittenSchema_GivesItBack()
    {
        using var folder = new TemporaryFolder();
        ContractJson.Write(folder["schema.json"], Examples.Schema());

        Assert.Equal("example", SchemaValidation.Read(folder["schema.json"]).Name);
    }

    public static TheoryData<string, Func<DatasetSchema, DatasetSchema>> Faults() => new()
    {
        { "schema.json: formatVersion: found 2, expected 1.", schema => schema with { FormatVersion = 2 } },
        { "schema.json: name: found an empty name", schema => schema with { Name = " " } },
        { "schema.json: features: found 'AGE' more than once, expected distinct names", schema => schema with { Features = [.. schema.Features, new DenseFeature("AGE")] } },
        { "features[0].name: found 'a-b', expected 1 to 128 ASCII letters", With(new DenseFeature("a-b")) },
        { "features[0].name: found '', expected 1 to 128 ASCII letters", With(new DenseFeature("")) },
        { "features[0].name: found 'label', expected a name other than key, timestamp, label", With(new DenseFeature("label")) },
        { "features[0] 'meta_x'.name: found 'meta_x', expected a name that does not begin with meta_", With(new VectorFeature("meta_x", 2)) },
        { "features[0] 'x'.standardDeviation: found 0, expected a finite number above 0", With(new DenseFeature("x", DenseTransform.Standardise, 0, 0)) },
        { "features[0] 'x'.standardDeviation: found NaN", With(new DenseFeature("x", DenseTransform.Standardise, 0, float.NaN)) },
        { "features[0] 'x'.mean: found Infinity", With(new DenseFeature("x", DenseTransform.Standardise, float.PositiveInfinity)) },
        { "features[0] 'x'.boundaries: found none, expected at least one", With(new DenseFeature("x", DenseTransform.Bucketise)) },
        { "features[0] 'x'.boundaries: found 1, expected finite numbers, each above the one before (1)", With(new DenseFeature("x", DenseTransform.Bucketise, Boundaries: [1, 1])) },
        { "features[0] 'x'.boundaries: found 1 numbers, expected none unless transform is bucketise", With(new DenseFeature("x", Boundaries: [1])) },
        { "features[0] 'x': found neither vocabulary nor hashBuckets, expected one of them", With(new CategoricalFeature("x")) },
        { "features[0] 'x': found both vocabulary and hashBuckets, expected one of them", With(new CategoricalFeature("x", ["a"], 3)) },
        { "features[0] 'x'.hashBuckets: found 0, expected an integer from 1", With(new CategoricalFeature("x", HashBuckets: 0)) },
        { "features[0] 'x'.hashBuckets: found 2147483647, expected an integer from 1", With(new CategoricalFeature("x", HashBuckets: int.MaxValue)) },
        { "features[0] 'x'.vocabulary: found 'a' more than once", With(new CategoricalFeature("x", ["a", "b", "a"])) },
        { "features[0] 'x'.vocabulary: found an empty entry", With(new CategoricalFeature("x", ["a", ""])) },
        { "features[0] 'x'.maxValues: found 0, expected an integer from 1", With(new MultiValuedFeature("x", ["a"], null, 0)) },
        { "features[0] 'x'.length: found 0, expected an integer from 1", With(new VectorFeature("x", 0)) },
        { "tasks: found none, expected at least one", schema => schema with { Tasks = [] } },
        { "tasks: found 'Member' more than once", schema => schema with { Tasks = [.. schema.Tasks, new TaskDefinition("Member", ["x"], [])] } },
        { "tasks[0].name: found 'a/b'", WithTask(new TaskDefinition("a/b", ["x"], [])) },
        { "tasks[0] 't'.keys: found none, expected at least one key column", WithTask(new TaskDefinition("t", [], [])) },
        { "tasks[0] 't'.keys: found an empty name", WithTask(new TaskDefinition("t", [""], [])) },
        { "tasks[0] 't'.keys: found 'x' more than once", WithTask(new TaskDefinition("t", ["x", "x"], [])) },
        { "tasks[0] 't'.metaFeatures: found 'height', expected features of the schema: age, price", WithTask(new TaskDefinition("t", ["x"], ["height"])) },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Validate_OneFault_IsNamed(string message, Func<DatasetSchema, DatasetSchema> spoil)
    {
        var fault = Assert.Throws<InvalidInputException>(() => SchemaValidation.Validate(spoil(Examples.Schema()), "schema.json"));

        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    private static Func<DatasetSchema, DatasetSchema> With(Feature feature) => schema => schema with { Features = [feature], Tasks = [new TaskDefinition("t", ["k"], [])] };

    private static Func<DatasetSchema, DatasetSchema> WithTask(TaskDefinition task) => schema => schema with { Tasks = [task] };
}
