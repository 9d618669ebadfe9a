using System.Text;
using LiMaml.Models.Json;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Tests.Json;

public sealed class ContractJsonTests
{
    [Fact]
    public void Serialize_SchemaReadBack_GivesTheSameBytes()
    {
        var bytes = ContractJson.Serialize(Examples.Schema());

        var read = ContractJson.Parse<DatasetSchema>(bytes, "schema.json");

        Assert.Equal(bytes, ContractJson.Serialize(read));
        Assert.Equal(2.5f, Assert.IsType<DenseFeature>(read.Features[1]).Boundaries![1]);
        Assert.Equal("ünïcode \"quoted\"", Assert.IsType<CategoricalFeature>(read.Features[2]).Vocabulary![2]);
        Assert.Equal(2, Assert.IsType<MultiValuedFeature>(read.Features[4]).MaxValues);
    }

    [Fact]
    public void Serialize_Spec_NamesMembersAndEnumsInCamelCase()
    {
        var text = Encoding.UTF8.GetString(ContractJson.Serialize(Examples.Spec()));

        Assert.Contains("\"algorithm\": \"liMaml\"", text, StringComparison.Ordinal);
        Assert.Contains("\n  \"metaBlocks\": [", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        Assert.Equal(text, Encoding.UTF8.GetString(ContractJson.Serialize(ContractJson.Parse<ModelSpec>(Encoding.UTF8.GetBytes(text), "spec.json"))));
    }

    [Fact]
    public void Parse_AbsentOptionalMembers_KeepTheirDefaults()
    {
        var spec = Parse<ModelSpec>("""{"metaBlocks": [{"task": "member", "features": ["age"]}], "global": {"features": []}}""");

        Assert.Equal(16, spec.MetaBlocks[0].EmbeddingSize);
        Assert.Equal(new InnerLoopSpec().StepSize, spec.InnerLoop.StepSize);
    }

    [Theory]
    [InlineData("""{"metaBlocks": [], "global": {"features": [], "sizes": 3}}""", "x.json: $.global.sizes: found an unknown member, expected one of features, featureEmbeddingSize, layers, interaction, itemFeatures, rank, crossLayers, wide.")]
    [InlineData("""{"metaBlocks": [], "global": {"features": [], "interaction": "sideways"}}""", "x.json: $.global.interaction: found \"sideways\", expected one of concatenation, bilinear, concatenationAndBilinear, dotProduct, film, lowRank, pairwise.")]
    [InlineData("""{"metaBlocks": [], "global": {"features": [], "interaction": 1}}""", "x.json: $.global.interaction: found 1, expected one of concatenation, bilinear, concatenationAndBilinear, dotProduct, film, lowRank, pairwise.")]
    [InlineData("""{"metaBlocks": [], "global": {"features": [], "featureEmbeddingSize": "8"}}""", "x.json: $.global.featureEmbeddingSize: found \"8\", expected an integer.")]
    [InlineData("""{"metaBlocks": [], "global": {"features": [], "layers": [{"size": 4}, {"size": 4.5}]}}""", "x.json: $.global.layers[1].size: found 4.5, expected an integer.")]
    [InlineData("""{"metaBlocks": [], "global": {"features": null}}""", "$.global.features: found null, expected a list.")]
    [InlineData("""{"metaBlocks": [], "global": {"features": [null]}}""", "x.json: line 1: found null in a list, expected a value.")]
    [InlineData("""{"metaBlocks": []}""", "missing required properties including: 'global'")]
    [InlineData("""{"metaBlocks": [], "metaBlocks": []}""", "x.json: $.metaBlocks: found the member more than once, expected it once.")]
    [InlineData("""{"metaBlocks": [], """, "x.json: line 1: not JSON:")]
    [InlineData("null", "x.json: found null, expected an object.")]
    [InlineData("[]", "x.json: $: found [], expected an object.")]
    public void Parse_WrongSpec_SaysWhereWhatAndWhatInstead(string json, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => Parse<ModelSpec>(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"kind": "dense", "name": "a", "mean": "x"}""", "$.features[0].mean: found \"x\", expected a number.")]
    [InlineData("""{"name": "a", "mean": true, "kind": "dense"}""", "$.features[0].mean: found true, expected a number.")]
    [InlineData("""{"kind": "dense", "name": "a", "vocabulary": []}""", "$.features[0].vocabulary: found an unknown member")]
    [InlineData("""{"kind": "sparse", "name": "a"}""", "$.features[0]")]
    [InlineData("""{"name": "a"}""", "$.features[0]: found no kind, expected the member kind")]
    [InlineData("""{"kind": "vector", "name": "a"}""", "missing required properties including: 'length'")]
    public void Parse_WrongFeature_SaysWhereWhatAndWhatInstead(string feature, string message)
    {
        var json = $$"""{"formatVersion": 1, "name": "x", "label": "binary", "features": [{{feature}}], "tasks": []}""";

        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => Parse<DatasetSchema>(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_MembersInAnyOrder_AreRead()
    {
        var schema = Parse<DatasetSchema>("""{"tasks": [], "label": "real", "features": [{"name": "a", "kind": "dense"}], "name": "x", "formatVersion": 1}""");

        Assert.IsType<DenseFeature>(schema.Features[0]);
    }

    [Fact]
    public void Parse_ByteOrderMark_IsSkipped() =>
        Assert.Empty(ContractJson.Parse<ModelSpec>(Encoding.UTF8.GetBytes("\uFEFF{\"metaBlocks\": [], \"global\": {\"features\": []}}"), "x.json").MetaBlocks);

    [Fact]
    public void Parse_DeepNesting_IsRefused()
    {
        var json = new string('[', 100_000);

        Assert.Contains("x.json: line 1: not JSON", Assert.Throws<InvalidInputException>(() => Parse<ModelSpec>(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingFile_SaysSo()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("spec.json: found no file, expected a JSON file.", Assert.Throws<InvalidInputException>(() => ContractJson.Read<ModelSpec>(folder["spec.json"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LargerThanAllowed_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("spec.json", new string(' ', 11));

        Assert.Contains("found 11 bytes, expected at most 10 bytes", Assert.Throws<InvalidInputException>(() => ContractJson.Read<ModelSpec>(path, maxBytes: 10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ThenRead_GivesTheSameAndLeavesNothingElse()
    {
        using var folder = new TemporaryFolder();

        ContractJson.Write(folder["spec.json"], Examples.Spec());

        Assert.Equal(ContractJson.Serialize(Examples.Spec()), ContractJson.Serialize(ContractJson.Read<ModelSpec>(folder["spec.json"])));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    private static T Parse<T>(string json)
        where T : class => ContractJson.Parse<T>(Encoding.UTF8.GetBytes(json), "x.json");
}
