using System.Buffers.Binary;
using System.Text;

namespace LiMaml.Training.Tests.Native;

public sealed class ElfVersionNeedTests
{
    [Fact]
    public void Weaken_StrongNeedOfDispensableSymbol_SetsTheWeakFlagOnly()
    {
        var elf = Library(flags: 0, ("unused", 7), ("other", 3));
        var before = elf.ToArray();

        var outcome = ElfVersionNeed.Weaken(elf, "V_2", "unused");

        Assert.Equal(VersionNeedOutcome.Weakened, outcome);
        var changed = Assert.Single(Enumerable.Range(0, elf.Length), i => elf[i] != before[i]);
        Assert.Equal((0, 2), (before[changed], elf[changed]));
        Assert.Equal(VersionNeedOutcome.AlreadyWeak, ElfVersionNeed.Weaken(elf, "V_2", "unused"));
    }

    [Fact]
    public void Weaken_VersionOfAnotherSymbolToo_LeavesTheFileAlone()
    {
        var elf = Library(flags: 0, ("unused", 7), ("other", 7));
        var before = elf.ToArray();

        Assert.Equal(VersionNeedOutcome.Needed, ElfVersionNeed.Weaken(elf, "V_2", "unused"));
        Assert.Equal(before, elf);
    }

    [Fact]
    public void Weaken_VersionNotAskedFor_LeavesTheFileAlone()
    {
        var elf = Library(flags: 0, ("unused", 7));
        var before = elf.ToArray();

        Assert.Equal(VersionNeedOutcome.Absent, ElfVersionNeed.Weaken(elf, "V_9", "unused"));
        Assert.Equal(before, elf);
    }

    [Fact]
    public void Weaken_OtherFile_SaysWhatItIsNot()
    {
        var fault = Assert.Throws<InvalidDataException>(() => ElfVersionNeed.Weaken(new byte[4096], "V_2", "unused"));
        Assert.Equal("not a 64-bit little-endian ELF file", fault.Message);
    }

    [Fact]
    public void Weaken_SectionTableCutOff_SaysWhereTheFileEnds()
    {
        var elf = Library(flags: 0, ("unused", 7));

        var fault = Assert.Throws<InvalidDataException>(() => ElfVersionNeed.Weaken(elf[..^40], "V_2", "unused"));

        Assert.Contains($"of {elf.Length - 40}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weaken_AnyByteDamaged_EndsAndThrowsNothingButInvalidData()
    {
        var elf = Library(flags: 0, ("unused", 7), ("other", 3));
        var rejected = 0;
        foreach (var value in new byte[] { 0x00, 0x40, 0xff })
        {
            for (var i = 0; i < elf.Length; i++)
            {
                var damaged = elf.ToArray();
                damaged[i] = value;
                try
                {
                    ElfVersionNeed.Weaken(damaged, "V_2", "unused");
                }
                catch (InvalidDataException)
                {
                    rejected++;
                }
            }
        }

        Assert.NotEqual(0, rejected);
    }

    // Asks libone.so for V_1 (index 3) and V_2 (index 7, with the given flags). Sections: none, .dynstr, .dynsym,
    // .gnu.version, .gnu.version_r.
    private static byte[] Library(ushort flags, params (string Name, ushort Version)[] symbols)
    {
        var text = "\0libone.so\0V_1\0V_2\0" + string.Concat(symbols.Select(symbol => symbol.Name + "\0"));
        uint Name(string of) => (uint)text.IndexOf("\0" + of + "\0", StringComparison.Ordinal) + 1;

        var symbolTable = new byte[24 * symbols.Length];
        var versions = new byte[2 * symbols.Length];
        for (var i = 0; i < symbols.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(symbolTable.AsSpan(24 * i), Name(symbols[i].Name));
            BinaryPrimitives.WriteUInt16LittleEndian(versions.AsSpan(2 * i), symbols[i].Version);
        }

        var needs = Words(1 | 2 << 16, Name("libone.so"), 16, 0)
            .Concat(Words(0, 3u << 16, Name("V_1"), 16))
            .Concat(Words(0, (uint)(flags | 7 << 16), Name("V_2"), 0)).ToArray();

        (uint Type, uint Link, byte[] Bytes)[] sections =
            [(0, 0, []), (3, 0, Encoding.ASCII.GetBytes(text)), (11, 1, symbolTable), (0x6fffffff, 2, versions), (0x6ffffffe, 1, needs)];
        var body = new List<byte>();
        var headers = new List<byte>();
        foreach (var (type, link, bytes) in sections)
        {
            headers.AddRange(Words(0, type, 0, 0, 0, 0, (uint)(64 + body.Count), 0, (uint)bytes.Length, 0, link, 0, 0, 0, 0, 0));
            body.AddRange(bytes);
        }

        var start = Words(0x464c457f, 0x00010102, 0, 0, 0, 0, 0, 0, 0, 0, (uint)(64 + body.Count), 0, 0, 0, 64u << 16, (uint)sections.Length);
        return [.. start, .. body, .. headers];
    }

    private static byte[] Words(params uint[] words)
    {
        var bytes = new byte[4 * words.Length];
        for (var i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), words[i]);
        return bytes;
    }
}
