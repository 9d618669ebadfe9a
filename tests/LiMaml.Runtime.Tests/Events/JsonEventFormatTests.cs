using System.Text;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Tests.Events;

public sealed class JsonEventFormatTests
{
    private const string Valid = """
        {
          "eventId": "e-1", "eventTime": "2026-01-05T10:00:00Z", "label": 1, "weight": 0.5,
          "keys": { "member": "m1", "item": "i|7" },
          "features": {
            "visits": 3, "age": 31.25, "member": { "index": 7 }, "city": "a", "item": "i7",
            "genres": ["x", "M\u00fcller"], "taste": [0.1, -2, 0, 1e-20]
          }
        }
        """;

    [Fact]
    public void Read_Example_GivesIt()
    {
        var read = Read(Valid);
        Assert.Equal(SampleEvents.Text(SampleEvents.Example), SampleEvents.Text(read));
        Assert.Equal("json", new JsonEventFormat(SampleEvents.Schema).Name);
    }

    [Theory]
    [InlineData("1767607200000000")]
    [InlineData("\"2026-01-05T11:30:00.000000+01:30\"")]
    [InlineData("\"2026-01-05 10:00:00\"")]
    public void Read_Times_AreTheSame(string time) => Assert.Equal(1_767_607_200_000_000, Read(Valid.Replace("\"2026-01-05T10:00:00Z\"", time)).EventTime);

    [Fact]
    public void Read_WholeNumbers_AreTextWhereTextIsWanted()
    {
        var read = Read(Valid.Replace("\"m1\"", "42").Replace("\"city\": \"a\"", "\"city\": -7"));
        Assert.Equal("42", read.Keys["member"]);
        Assert.Equal(new FeatureValue.Category("-7"), read.Features["city"]);
    }

    [Theory]
    [InlineData("\"city\": \"a\"", "\"city\": null", "city")]
    [InlineData("\"city\": \"a\"", "\"city\": \"\"", "city")]
    [InlineData("\"city\": \"a\", ", "", "city")]
    [InlineData("[\"x\", \"M\\u00fcller\"]", "[]", "genres")]
    [InlineData("[\"x\", \"M\\u00fcller\"]", "null", "genres")]
    [InlineData("[\"x\", \"M\\u00fcller\"]", "{\"indices\": []}", "genres")]
    public void Read_NoCategory_HasNoValue(string old, string now, string feature) => Assert.False(Read(Valid.Replace(old, now)).Features.ContainsKey(feature));

    [Fact]
    public void Read_Indices_AreKept() => Assert.Equal(
        new FeatureValue.CategoryIndices([3, 1]), Read(Valid.Replace("[\"x\", \"M\\u00fcller\"]", "{\"indices\": [3, 1]}")).Features["genres"]);

    [Fact]
    public void Read_CloudEvents_FillWhatThePayloadLacks()
    {
        var headers = new EventHeaders(new Dictionary<string, byte[]> { ["ce_id"] = "c-9"u8.ToArray(), ["ce_time"] = "2026-01-05T10:00:01.5Z"u8.ToArray(), ["ce_type"] = [255] });
        var bare = Read(Valid.Replace("\"eventId\": \"e-1\", \"eventTime\": \"2026-01-05T10:00:00Z\",", ""), headers);
        Assert.Equal(("c-9", 1_767_607_201_500_000), (bare.EventId, bare.EventTime));
        var full = Read(Valid, headers);
        Assert.Equal(("e-1", 1_767_607_200_000_000), (full.EventId, full.EventTime));
    }

    [Theory]
    [InlineData("ce_id", RejectionReasons.EventId)]
    [InlineData("ce_time", RejectionReasons.EventTime)]
    public void Read_HeaderThatIsNoText_Rejects(string header, string reason)
    {
        var headers = new EventHeaders(new Dictionary<string, byte[]> { ["ce_time"] = "2026-01-05T10:00:00Z"u8.ToArray(), [header] = [0xC3] });
        var fault = Assert.Throws<EventRejectedException>(() => Read(Valid.Replace("\"eventId\": \"e-1\", \"eventTime\": \"2026-01-05T10:00:00Z\",", ""), headers));
        Assert.Equal((reason, $"header {header}: found bytes that are not UTF-8, expected text."), (fault.Reason, fault.Message));
    }

    [Theory]
    [InlineData("", RejectionReasons.Size, "payload: found 0 bytes")]
    [InlineData("[]", RejectionReasons.Malformed, "payload: found a list, expected an object.")]
    [InlineData("{\"label\": 1", RejectionReasons.Malformed, "found no JSON text")]
    [InlineData("{\"label\": 01}", RejectionReasons.Malformed, "found no JSON text")]
    [InlineData("nonsense", RejectionReasons.Malformed, "found no JSON text")]
    public void Read_NoEvent_Rejects(string payload, string reason, string message) => Rejected(payload, reason, message);

    [Theory]
    [InlineData("\"weight\": 0.5", "\"wieght\": 0.5", RejectionReasons.UnexpectedMember, "payload: found 'wieght', expected eventId, eventTime")]
    [InlineData("\"weight\": 0.5", "\"label\": 1", RejectionReasons.UnexpectedMember, "'label': found it twice")]
    [InlineData("\"label\": 1,", "", RejectionReasons.MissingMember, "label: found nothing")]
    [InlineData("\"keys\": { \"member\": \"m1\", \"item\": \"i|7\" },", "", RejectionReasons.MissingMember, "keys: found nothing")]
    [InlineData("\"eventTime\": \"2026-01-05T10:00:00Z\",", "", RejectionReasons.MissingMember, "event time: found nothing, expected one in the payload or in the header ce_time.")]
    [InlineData("\"2026-01-05T10:00:00Z\"", "\"yesterday\"", RejectionReasons.EventTime, "eventTime: found 'yesterday', expected an ISO 8601 time")]
    [InlineData("\"2026-01-05T10:00:00Z\"", "1.5", RejectionReasons.EventTime, "eventTime: found '1.5'")]
    [InlineData("\"2026-01-05T10:00:00Z\"", "null", RejectionReasons.EventTime, "eventTime: found 'null'")]
    [InlineData("\"e-1\"", "1.5", RejectionReasons.EventId, "eventId: found '1.5', expected text or a whole number.")]
    [InlineData("\"label\": 1", "\"label\": \"1\"", RejectionReasons.Label, "label: found '1', expected a number.")]
    [InlineData("\"label\": 1", "\"label\": true", RejectionReasons.Label, "label: found 'true'")]
    [InlineData("\"weight\": 0.5", "\"weight\": {}", RejectionReasons.Weight, "weight: found an object")]
    [InlineData("\"member\": \"m1\"", "\"member\": 1.5", RejectionReasons.Key, "member: found '1.5'")]
    [InlineData("\"member\": \"m1\"", "\"advertiser\": \"m1\"", RejectionReasons.Key, "keys: found 'advertiser', expected those of the schema: item, member.")]
    [InlineData("\"item\": \"i|7\"", "\"member\": \"m2\"", RejectionReasons.UnexpectedMember, "'member': found it twice")]
    [InlineData("{ \"member\": \"m1\", \"item\": \"i|7\" }", "[]", RejectionReasons.Malformed, "keys: found a list, expected an object.")]
    [InlineData("\"city\": \"a\"", "\"colour\": \"a\"", RejectionReasons.UnknownFeature, "features: found 'colour', expected those of the schema: age,")]
    [InlineData("\"city\": \"a\"", "\"age\": 1", RejectionReasons.UnexpectedMember, "'age': found it twice")]
    [InlineData("\"age\": 31.25", "\"age\": \"31\"", RejectionReasons.FeatureKind, "age: found '31', expected a number.")]
    [InlineData("\"age\": 31.25", "\"age\": null", RejectionReasons.FeatureKind, "age: found 'null'")]
    [InlineData("\"city\": \"a\"", "\"city\": [\"a\"]", RejectionReasons.FeatureKind, "city: found a list")]
    [InlineData("{ \"index\": 7 }", "{ \"bucket\": 7 }", RejectionReasons.FeatureKind, "expected an object with the member index")]
    [InlineData("{ \"index\": 7 }", "{ \"index\": 7, \"index\": 8 }", RejectionReasons.FeatureKind, "expected nothing after it")]
    [InlineData("{ \"index\": 7 }", "{ \"index\": 7.5 }", RejectionReasons.FeatureKind, "member: found '7.5', expected an index.")]
    [InlineData("[\"x\", \"M\\u00fcller\"]", "\"x\"", RejectionReasons.FeatureKind, "genres: found 'x', expected a list of categories.")]
    [InlineData("[\"x\", \"M\\u00fcller\"]", "[null]", RejectionReasons.FeatureKind, "genres: found 'null'")]
    [InlineData("[\"x\", \"M\\u00fcller\"]", "{\"indices\": 3}", RejectionReasons.FeatureKind, "genres: found '3', expected a list of indices.")]
    [InlineData("[0.1, -2, 0, 1e-20]", "[0.1, -2, 0]", RejectionReasons.FeatureValue, "feature 'taste': found 3 numbers, expected 4.")]
    [InlineData("[0.1, -2, 0, 1e-20]", "[0.1, -2, 0, 1, 2, 3]", RejectionReasons.FeatureValue, "feature 'taste': found 6 numbers")]
    [InlineData("[0.1, -2, 0, 1e-20]", "[0.1, \"-2\", 0, 1]", RejectionReasons.FeatureKind, "taste: found '-2', expected a number.")]
    [InlineData("[0.1, -2, 0, 1e-20]", "0.1", RejectionReasons.FeatureKind, "taste: found '0.1', expected a list of numbers.")]
    [InlineData("\"a\"", "\"\\ud800\"", RejectionReasons.Malformed, "found no JSON text")]
    public void Read_EventWithAFault_Rejects(string old, string now, string reason, string message)
    {
        Assert.Contains(old, Valid);
        Rejected(Valid.Replace(old, now), reason, message);
    }

    [Fact]
    public void Read_TextAfterTheObject_Rejects() => Rejected(Valid + "{}", RejectionReasons.Malformed, "found no JSON text");

    [Fact]
    public void Read_PayloadBeyondTheBound_Rejects() => Rejected(new string(' ', (1 << 20) + 1), RejectionReasons.Size, "expected 1 to 1048576");

    [Fact]
    public void Read_BytesThatAreNotUtf8_Rejects()
    {
        var payload = Encoding.Latin1.GetBytes(Valid.Replace("\"a\"", "\"é\""));
        Assert.Equal(RejectionReasons.Malformed, Assert.Throws<EventRejectedException>(() => new JsonEventFormat(SampleEvents.Schema).Read(payload, EventHeaders.None)).Reason);
    }

    [Fact]
    public void Read_IgnoringUnknown_PassesOverIt()
    {
        var payload = Valid.Replace("\"weight\"", "\"session\": {\"page\": [1, {}]}, \"weight\"").Replace("\"visits\"", "\"colour\": [1], \"visits\"").Replace("\"item\": \"i|7\"", "\"item\": \"i|7\", \"tenant\": \"t\"");
        var read = new JsonEventFormat(SampleEvents.Schema, ignoreUnknown: true).Read(Encoding.UTF8.GetBytes(payload), EventHeaders.None);
        Assert.Equal(SampleEvents.Text(SampleEvents.Example), SampleEvents.Text(read));
        Rejected(payload, RejectionReasons.UnexpectedMember, "found 'session'");
    }

    [Fact]
    public void Write_Example_IsCanonical()
    {
        var json = Encoding.UTF8.GetString(new JsonEventFormat(SampleEvents.Schema).Write(SampleEvents.Example, out var headers));
        Assert.Equal(
            """{"eventId":"e-1","eventTime":1767607200000000,"label":1,"weight":0.5,"keys":{"item":"i|7","member":"m1"},"features":{"age":31.25,"city":"a","genres":["x","Müller"],"item":"i7","member":{"index":7},"taste":[0.1,-2,0,1E-20],"visits":3}}""",
            json);
        Assert.Empty(headers.Values);
    }

    [Fact]
    public void Read_ExampleOfTheReadme_IsValid()
    {
        var schema = EventSchema.For(new DatasetSchema(
            1,
            "shop",
            LabelKind.Binary,
            [
                new DenseFeature("price"), new DenseFeature("age"), new DenseFeature("visits"), new DenseFeature("hour"),
                new CategoricalFeature("city", ["Oslo", "Rome"]), new CategoricalFeature("item", HashBuckets: 1000),
                new MultiValuedFeature("genres", ["Action", "Drama"], null, 4), new VectorFeature("image", 2),
            ],
            [new("member", ["member_id"], ["age"]), new("member_type", ["member_id", "type"], ["visits"])]));
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "LiMaml.sln")))
        {
            root = root.Parent!;
        }

        var example = File.ReadAllText(Path.Combine(root.FullName, "runtime", "README.md")).Split("<!-- example: event -->\n```json")[1].Split("```")[0];
        var read = new JsonEventFormat(schema).Read(Encoding.UTF8.GetBytes(example), EventHeaders.None);
        schema.Validate(read, SampleEvents.Now, TimeSpan.Zero);
        Assert.Equal(("m17|follow", 1_769_860_800_250_000), (schema.KeyOf(read, "member_type"), read.EventTime));
    }

    private static InteractionEvent Read(string payload, EventHeaders? headers = null) =>
        new JsonEventFormat(SampleEvents.Schema).Read(Encoding.UTF8.GetBytes(payload), headers ?? EventHeaders.None);

    private static void Rejected(string payload, string reason, string message)
    {
        var fault = Assert.Throws<EventRejectedException>(() => Read(payload));
        Assert.Equal(reason, fault.Reason);
        Assert.Contains(message, fault.Message);
    }
}
