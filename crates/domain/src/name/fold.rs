//! What every key has in common: width, case, invisible characters, voicing marks, dashes.

/// Half-width katakana U+FF66–U+FF9D in their order, written full width.
const FULL_WIDTH: &str = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

/// Kana that take ゛, each followed by its voiced form.
const VOICED: &str = concat!(
    "カガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴ",
    "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼうゔヽヾゝゞ",
);

/// Kana that take ゜, each followed by that form.
const HALF_VOICED: &str = "ハパヒピフプヘペホポはぱひぴふぷへぺほぽ";

/// Latin capitals with diacritics behind the letter they are compared by.
const LATIN: [&str; 25] = [
    "AÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦḀẠẢẤẦẨẪẬẮẰẲẴẶ",
    "BḂḄḆ",
    "CÇĆĈĊČḈ",
    "DĎḊḌḎḐḒĐÐ",
    "EÈÉÊËĒĔĖĘĚȄȆȨḔḖḘḚḜẸẺẼẾỀỂỄỆ",
    "FḞ",
    "GĜĞĠĢǦǴḠ",
    "HĤȞḢḤḦḨḪĦ",
    "IÌÍÎÏĨĪĬĮİǏȈȊḬḮỈỊ",
    "JĴ",
    "KĶǨḰḲḴ",
    "LĹĻĽḶḸḺḼŁ",
    "MḾṀṂ",
    "NÑŃŅŇǸṄṆṈṊ",
    "OÒÓÔÕÖŌŎŐƠǑǪǬȌȎȪȬȮȰṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢØ",
    "PṔṖ",
    "RŔŖŘȐȒṘṚṜṞ",
    "SŚŜŞŠȘṠṢṤṦṨ",
    "TŢŤȚṪṬṮṰŦ",
    "UÙÚÛÜŨŪŬŮŰŲƯǓǕǗǙǛȔȖṲṴṶṸṺỤỦỨỪỬỮỰ",
    "VṼṾ",
    "WŴẀẂẄẆẈ",
    "XẊẌ",
    "YÝŸŶȲẎỲỴỶỸ",
    "ZŹŻŽẐẒẔ",
];

/// `text` with everything folded that no key keeps. Spaces of every kind become one plain space
/// each; dashes become `ー` behind kana and `-` elsewhere.
pub(super) fn fold(text: &str) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    let mut input = text.chars().filter(|&character| !is_invisible(character)).peekable();
    while let Some(character) = input.next() {
        match narrow(character) {
            '\u{3099}' | '゛' => add_mark(&mut out, VOICED, '゛'),
            '\u{309A}' | '゜' => add_mark(&mut out, HALF_VOICED, '゜'),
            dash if is_dash(dash) => {
                let before_latin = |&next: &char| narrow(next).is_ascii_alphanumeric();
                let joins = dash != 'ー' && input.peek().is_some_and(before_latin);
                let long = !joins && out.last().is_some_and(|&last| is_kana(last));
                out.push(if long { 'ー' } else { '-' });
            }
            other => push_capitals(&mut out, other),
        }
    }
    out
}

/// Full-width ASCII and half-width kana in the usual width, any space as a plain one.
fn narrow(character: char) -> char {
    match character {
        '\u{FF01}'..='\u{FF5E}' => shifted(character, 0xFF01, '!'),
        '\u{FF66}'..='\u{FF9D}' => {
            let at = u32::from(character) - 0xFF66;
            usize::try_from(at).ok().and_then(|at| FULL_WIDTH.chars().nth(at)).unwrap_or(character)
        }
        '\u{FF9E}' => '゛',
        '\u{FF9F}' => '゜',
        '\u{FF61}' => '。',
        '\u{FF62}' => '「',
        '\u{FF63}' => '」',
        '\u{FF64}' => '、',
        '\u{FF65}' | '·' | '•' => '・',
        _ if character.is_whitespace() || matches!(character, '\u{2800}' | '\u{3164}') => ' ',
        other => other,
    }
}

/// The character as far behind `onto` as `character` is behind `from`.
fn shifted(character: char, from: u32, onto: char) -> char {
    let offset = u32::from(character).saturating_sub(from);
    char::from_u32(u32::from(onto) + offset).unwrap_or(character)
}

/// Appends the character in capitals without diacritics. Ligatures come apart.
fn push_capitals(out: &mut Vec<char>, character: char) {
    match character {
        '`' | '’' | '‘' | 'ʼ' | '´' | '′' => out.push('\''),
        '[' | '{' | '〔' | '［' | '【' | '｛' | '〈' | '《' | '「' | '『' => out.push('('),
        ']' | '}' | '〕' | '］' | '】' | '｝' | '〉' | '》' | '」' | '』' => out.push(')'),
        _ if character.is_ascii() => out.push(character.to_ascii_uppercase()),
        '\u{3000}'.. => out.push(character),
        'æ' | 'Æ' => out.extend(['A', 'E']),
        'œ' | 'Œ' => out.extend(['O', 'E']),
        _ => out.extend(character.to_uppercase().map(without_diacritic)),
    }
}

fn without_diacritic(capital: char) -> char {
    let row = LATIN.iter().find(|row| row.contains(capital));
    row.and_then(|row| row.chars().next()).unwrap_or(capital)
}

fn add_mark(out: &mut Vec<char>, table: &str, alone: char) {
    match out.last_mut().map(|last| (successor(table, *last), last)) {
        Some((Some(marked), last)) => *last = marked,
        _ => out.push(alone),
    }
}

/// The partner behind `character` in a table of pairs.
fn successor(table: &str, character: char) -> Option<char> {
    pairs(table).find(|&(plain, _)| plain == character).map(|(_, marked)| marked)
}

fn pairs(table: &str) -> impl Iterator<Item = (char, char)> {
    let plain = table.chars().step_by(2);
    plain.zip(table.chars().skip(1).step_by(2))
}

/// The kana with ゛, if there is one.
pub(super) fn voiced(kana: char) -> Option<char> {
    successor(VOICED, kana)
}

/// The kana without ゛ or ゜.
pub(super) fn unvoiced(kana: char) -> char {
    let mut marked = pairs(VOICED).chain(pairs(HALF_VOICED));
    marked.find(|&(_, marked)| marked == kana).map_or(kana, |(plain, _)| plain)
}

/// Hiragana, katakana, their iteration marks and 長音.
pub(super) const fn is_kana(character: char) -> bool {
    matches!(character, 'ぁ'..='ゖ' | 'ゝ' | 'ゞ' | 'ァ'..='ヺ' | 'ー'..='ヾ')
}

const fn is_dash(character: char) -> bool {
    matches!(
        character,
        'ー' | '-' | '\u{2010}'
            ..='\u{2015}' | '−' | '─' | '━' | '﹣' | '﹘' | '⁃' | '˗' | '\u{2E3A}'
    )
}

/// Characters that separate the parts of a name and say nothing themselves.
pub(super) const fn is_separator(character: char) -> bool {
    matches!(character, ' ' | '・' | ',' | '、' | '，' | '.' | '。' | '\'' | '"' | '-' | '=' | '゠')
}

/// Characters that are drawn nowhere: variation selectors (IVS and others), zero-width and
/// direction marks, controls, and the combining diacritics of Latin letters.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{00}'..='\u{08}'
            | '\u{0E}'..='\u{1F}'
            | '\u{7F}'..='\u{84}'
            | '\u{86}'..='\u{9F}'
            | '\u{AD}'
            | '\u{300}'..='\u{36F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Private-use characters (外字) and what stands in their place when they were lost: ● 〓 ? and
/// their like, ideographic description, unassigned ends of planes.
pub(super) const fn is_substitute(character: char) -> bool {
    matches!(
        character,
        '\u{E000}'..='\u{F8FF}'
            | '\u{F0000}'..='\u{10FFFF}'
            | '?' | '*' | '_' | '〓' | '\u{FFFC}' | '\u{FFFD}' | '〾'
            | '●' | '○' | '◎' | '◯' | '■' | '□' | '◆'
            | '◇' | '▲' | '△' | '▼' | '▽' | '★' | '☆' | '※'
            | '\u{2FF0}'..='\u{2FFF}'
    )
}
