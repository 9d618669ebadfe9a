// Compiled twice: by MSBuild, as the inline task of TorchSharp.Linux.targets, and by LiMaml.Training.Tests.
#nullable enable
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

/// <summary>What became of a version requirement.</summary>
internal enum VersionNeedOutcome
{
    /// <summary>The file does not ask for that version.</summary>
    Absent,

    /// <summary>A symbol that may be missing has that version, and others too: the requirement is real and stays.</summary>
    Needed,

    /// <summary>The requirement was weak before.</summary>
    AlreadyWeak,

    /// <summary>The requirement is weak now.</summary>
    Weakened,
}

/// <summary>
/// Marks one symbol-version requirement of a shared library as weak, so that the dynamic loader accepts a system that
/// does not offer the version. Layouts: ELF-64 specification, and "Symbol Versioning" of the Linux Standard Base.
/// </summary>
internal static class ElfVersionNeed
{
    private const uint DynamicSymbols = 11;          // SHT_DYNSYM
    private const uint VersionNeeds = 0x6ffffffe;    // SHT_GNU_verneed
    private const uint SymbolVersions = 0x6fffffff;  // SHT_GNU_versym
    private const int WeakFlag = 2;                  // VER_FLG_WEAK

    /// <summary>
    /// Weakens the requirement of <paramref name="version"/> in <paramref name="elf"/>, in place, provided that no symbol
    /// but <paramref name="dispensableSymbol"/> carries it.
    /// </summary>
    /// <exception cref="InvalidDataException">The bytes are no 64-bit little-endian ELF file, or contradict themselves.</exception>
    internal static VersionNeedOutcome Weaken(byte[] elf, string version, string dispensableSymbol)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2 || elf[5] != 1)
            throw new InvalidDataException("not a 64-bit little-endian ELF file");

        var image = new Image(elf);
        var outcome = VersionNeedOutcome.Absent;
        foreach (var section in image.SectionsOf(VersionNeeds))
        {
            foreach (var need in Requirements(image, section, version))
            {
                var flags = image.Half(need + 4);
                if ((flags & WeakFlag) != 0)
                {
                    outcome = VersionNeedOutcome.AlreadyWeak;
                    continue;
                }

                foreach (var symbol in SymbolsOf(image, image.Half(need + 6)))
                    if (symbol != dispensableSymbol)
                        return VersionNeedOutcome.Needed;

                elf[need + 4] = (byte)(flags | WeakFlag);
                outcome = VersionNeedOutcome.Weakened;
            }
        }

        return outcome;
    }

    // Offsets of the Elf64_Vernaux records {hash, flags, other, name, next} called version. Both chains only go forward.
    private static IEnumerable<long> Requirements(Image image, Section section, string version)
    {
        var names = image.Link(section);
        long next;
        for (var library = section.Offset; ; library += next)
        {
            long step;
            for (var need = library + image.Word(library + 8); ; need += step)
            {
                if (image.Text(names, image.Word(need + 8)) == version)
                    yield return need;
                step = image.Word(need + 12);
                if (step == 0)
                    break;
            }

            next = image.Word(library + 12);
            if (next == 0)
                break;
        }
    }

    private static IEnumerable<string> SymbolsOf(Image image, int versionIndex)
    {
        foreach (var versions in image.SectionsOf(SymbolVersions))
        {
            var symbols = image.Link(versions);
            if (symbols.Type != DynamicSymbols)
                throw new InvalidDataException("the table of symbol versions does not belong to a table of dynamic symbols");
            var names = image.Link(symbols);
            for (long i = 0; i < versions.Size / 2; i++)
                if ((image.Half(versions.Offset + 2 * i) & 0x7fff) == versionIndex)
                    yield return image.Text(names, image.Word(symbols.Offset + 24 * i));
        }
    }

    private sealed class Section
    {
        internal uint Type;
        internal long Offset;
        internal long Size;
        internal uint Linked;
    }

    private sealed class Image
    {
        private readonly byte[] bytes;
        private readonly List<Section> sections = new List<Section>();

        internal Image(byte[] bytes)
        {
            this.bytes = bytes;
            var table = Long(0x28);
            int size = Half(0x3a), count = Half(0x3c);
            if (count > 0 && size < 64)
                throw new InvalidDataException($"section headers of {size} bytes, 64 expected");
            for (var i = 0; i < count; i++)
            {
                var header = table + (long)i * size;
                sections.Add(new Section { Type = Word(header + 4), Offset = Long(header + 24), Size = Long(header + 32), Linked = Word(header + 40) });
            }
        }

        internal List<Section> SectionsOf(uint type) => sections.FindAll(section => section.Type == type);

        internal Section Link(Section section) => section.Linked < sections.Count
            ? sections[(int)section.Linked]
            : throw new InvalidDataException($"a section refers to section {section.Linked} of {sections.Count}");

        internal int Half(long offset) => Check(offset, 2) | bytes[offset + 1] << 8;

        internal uint Word(long offset) => (uint)(Check(offset, 4) | bytes[offset + 1] << 8 | bytes[offset + 2] << 16 | bytes[offset + 3] << 24);

        internal string Text(Section strings, long offset)
        {
            var end = strings.Offset + offset;
            while (Check(end, 1) != 0)
                end++;
            var start = strings.Offset + offset;
            return Encoding.ASCII.GetString(bytes, (int)start, (int)(end - start));
        }

        private long Long(long offset) => Word(offset) | (long)Word(offset + 4) << 32;

        private int Check(long offset, int length) => offset >= 0 && offset <= bytes.Length - length
            ? bytes[offset]
            : throw new InvalidDataException($"truncated or damaged: it refers to byte {offset} of {bytes.Length}");
    }
}

#if !LIMAML_TESTS
/// <summary>MSBuild task: writes copies of shared libraries in which one version requirement is weak.</summary>
public sealed class WeakenElfVersionNeed : Microsoft.Build.Utilities.Task
{
    /// <summary>The libraries as their package delivers them.</summary>
    [Microsoft.Build.Framework.Required]
    public string[] Sources { get; set; } = new string[0];

    /// <summary>Where to write the copy of each source; folders are created.</summary>
    [Microsoft.Build.Framework.Required]
    public string[] Destinations { get; set; } = new string[0];

    /// <summary>The version whose requirement becomes weak, e.g. <c>GLIBCXX_3.4.32</c>.</summary>
    [Microsoft.Build.Framework.Required]
    public string Version { get; set; } = "";

    /// <summary>The only symbol that may carry the version; if another does, the copy stays as it was.</summary>
    [Microsoft.Build.Framework.Required]
    public string DispensableSymbol { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        for (var i = 0; i < Sources.Length; i++)
        {
            try
            {
                var elf = File.ReadAllBytes(Sources[i]);
                var outcome = ElfVersionNeed.Weaken(elf, Version, DispensableSymbol);
                Directory.CreateDirectory(Path.GetDirectoryName(Destinations[i])!);
                File.WriteAllBytes(Destinations[i], elf);
                Log.LogMessage($"{Destinations[i]}: {Version} {outcome}");
            }
            catch (InvalidDataException fault)
            {
                Log.LogError($"{Sources[i]}: {fault.Message}");
            }
        }

        return !Log.HasLoggedErrors;
    }
}
#endif
