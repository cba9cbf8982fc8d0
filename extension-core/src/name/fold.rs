//! What is left of a text for somebody who reads it in passing: neither case nor accents nor
//! spaces, and one letter for those that look like it.

/// Letters of Greek and Cyrillic, in lower case, and the Latin ones that they look like. Upper
/// case looks alike in more: `\u{3bd}` is a Latin v, and its capital an N; the capital decides.
const LOOKS: &[(&str, char)] = &[
    ("\u{430}\u{3b1}", 'a'),
    ("\u{432}\u{3b2}\u{44c}", 'b'),
    ("\u{441}\u{3f2}", 'c'),
    ("\u{501}", 'd'),
    ("\u{435}\u{451}\u{3b5}", 'e'),
    ("\u{43d}\u{4bb}\u{3b7}", 'h'),
    ("\u{456}\u{457}\u{4cf}\u{3b9}\u{131}|1!", 'l'),
    ("\u{458}", 'j'),
    ("\u{43a}\u{3ba}", 'k'),
    ("\u{43c}\u{3bc}", 'm'),
    ("\u{43f}\u{3bd}", 'n'),
    ("\u{43e}\u{3bf}\u{3c3}0", 'o'),
    ("\u{440}\u{3c1}", 'p'),
    ("\u{51b}", 'q'),
    ("\u{433}", 'r'),
    ("\u{455}5$", 's'),
    ("\u{442}\u{3c4}", 't'),
    ("\u{475}", 'v'),
    ("\u{51d}\u{448}\u{3c9}", 'w'),
    ("\u{445}\u{3c7}", 'x'),
    ("\u{443}\u{3c5}\u{3b3}", 'y'),
    ("\u{3b6}", 'z'),
    (
        "\u{e0}\u{e1}\u{e2}\u{e3}\u{e4}\u{e5}\u{101}\u{103}\u{105}",
        'a',
    ),
    ("\u{e7}\u{107}\u{109}\u{10b}\u{10d}", 'c'),
    ("\u{10f}\u{111}", 'd'),
    (
        "\u{e8}\u{e9}\u{ea}\u{eb}\u{113}\u{115}\u{117}\u{119}\u{11b}",
        'e',
    ),
    ("\u{11d}\u{11f}\u{121}\u{123}", 'g'),
    ("\u{125}\u{127}", 'h'),
    (
        "\u{ec}\u{ed}\u{ee}\u{ef}\u{129}\u{12b}\u{12d}\u{12f}i\u{13a}\u{13c}\u{13e}\u{142}",
        'l',
    ),
    ("\u{135}", 'j'),
    ("\u{137}", 'k'),
    ("\u{f1}\u{144}\u{146}\u{148}", 'n'),
    (
        "\u{f2}\u{f3}\u{f4}\u{f5}\u{f6}\u{f8}\u{14d}\u{14f}\u{151}",
        'o',
    ),
    ("\u{155}\u{157}\u{159}", 'r'),
    ("\u{15b}\u{15d}\u{15f}\u{161}", 's'),
    ("\u{163}\u{165}\u{167}", 't'),
    (
        "\u{f9}\u{fa}\u{fb}\u{fc}\u{169}\u{16b}\u{16d}\u{16f}\u{171}\u{173}",
        'u',
    ),
    ("\u{175}", 'w'),
    ("\u{fd}\u{ff}\u{177}", 'y'),
    ("\u{17a}\u{17c}\u{17e}", 'z'),
];

/// See the module's text.
pub fn skeleton(text: &str) -> String {
    let plain = text.chars().map(narrow).flat_map(char::to_lowercase);
    let letters: String = plain.filter_map(look).collect();
    letters.replace("rn", "m").replace("vv", "w")
}

fn look(char: char) -> Option<char> {
    if super::is_mark(char)
        || char.is_whitespace()
        || (is_punctuation(char) && !"|!$".contains(char))
    {
        return None;
    }
    let known = LOOKS.iter().find(|(letters, _)| letters.contains(char));
    Some(known.map_or(char, |(_, letter)| *letter))
}

fn is_punctuation(char: char) -> bool {
    char.is_ascii_punctuation()
        || matches!(char, '\u{a1}'..='\u{bf}' | '\u{2010}'..='\u{205e}' | '\u{3001}'..='\u{3003}' | '\u{30fb}')
}

/// Wide letters and those of mathematics are Latin ones in another dress.
fn narrow(char: char) -> char {
    let code = u32::from(char);
    let plain = match code {
        0xff01..=0xff5e => code - 0xfee0,
        0x1d400..=0x1d6a3 => {
            let letter = (code - 0x1d400) % 52;
            letter + if letter < 26 { 65 } else { 71 }
        }
        0x1d7ce..=0x1d7ff => 48 + (code - 0x1d7ce) % 10,
        _ => code,
    };
    char::from_u32(plain).unwrap_or(char)
}
