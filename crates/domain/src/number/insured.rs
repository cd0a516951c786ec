//! 被保険者記号・番号・枝番: how an insurer knows a person.

use super::payer::insurer_key;
use super::{InsurerNumber, NumberRules};
use crate::finding::Finding;

/// The longest symbol or number that is taken, in characters. Ours: no published limit was found.
const CHARACTERS: usize = 60;

/// One insured person, in the insurer's words, as sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InsuredPerson {
    insurer: InsurerNumber,
    symbol: String,
    number: String,
    branch: String,
}

impl InsuredPerson {
    /// From the four parts. The symbol may be empty (後期高齢者 have none); the branch is two digits,
    /// or empty on certificates from before 2021.
    ///
    /// # Errors
    ///
    /// What [`InsurerNumber::parse`] refuses, at `insurer`; `insured-text` for a symbol or number
    /// that is too long, has a colon or a control character, or an empty number; `branch-form`.
    pub fn new(
        insurer: &str,
        symbol: &str,
        number: &str,
        branch: &str,
        rules: &NumberRules,
    ) -> Result<Self, Finding> {
        Self::read(insurer, symbol, number, branch, rules)
            .map_err(|mut findings| findings.swap_remove(0))
    }

    /// As [`InsuredPerson::new`], with everything that is wrong.
    ///
    /// # Errors
    ///
    /// Every finding of [`InsuredPerson::new`], in the order of the parts.
    pub fn read(
        insurer: &str,
        symbol: &str,
        number: &str,
        branch: &str,
        rules: &NumberRules,
    ) -> Result<Self, Vec<Finding>> {
        let insurer = InsurerNumber::parse(insurer, rules)
            .map_err(|finding| Finding { at: "insurer".into(), ..finding });
        let two_digits = branch.len() == 2 && branch.bytes().all(|byte| byte.is_ascii_digit());
        let wrong = [
            (!plain(symbol)).then(|| insured_text("symbol")),
            (!plain(number) || fold(number).is_empty()).then(|| insured_text("number")),
            (!branch.is_empty() && !two_digits).then(branch_form),
        ];
        let wrong = wrong.into_iter().flatten();
        let insurer = match insurer {
            Err(finding) => return Err([finding].into_iter().chain(wrong).collect()),
            Ok(insurer) => insurer,
        };
        let wrong: Vec<Finding> = wrong.collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let [symbol, number, branch] = [symbol, number, branch].map(str::to_owned);
        Ok(Self { insurer, symbol, number, branch })
    }

    /// From `insurer:symbol:number:branch`, the member id of clinical documents (CLINS).
    ///
    /// # Errors
    ///
    /// `insured-form` if there are not four parts, else as [`InsuredPerson::new`].
    pub fn parse(text: &str, rules: &NumberRules) -> Result<Self, Finding> {
        let parts: Vec<&str> = text.split(':').collect();
        let [insurer, symbol, number, branch] = parts[..] else { return Err(insured_form()) };
        Self::new(insurer, symbol, number, branch, rules)
    }

    /// 保険者番号.
    #[must_use]
    pub const fn insurer(&self) -> &InsurerNumber {
        &self.insurer
    }

    /// 記号, as sent.
    #[must_use]
    pub fn symbol(&self) -> &str {
        &self.symbol
    }

    /// 番号, as sent.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// 枝番, as sent.
    #[must_use]
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// The comparison key of one person: `insurer:symbol:number:branch` with the insurer in eight
    /// digits, full and half width folded, letters in upper case, dashes and spaces taken out.
    ///
    /// Zeros on the left of the number stay: insurers print them, and `0123` and `123` may be two
    /// people. Keys are for comparing, never for showing.
    #[must_use]
    pub fn key(&self) -> String {
        self.keys().join(":")
    }

    fn keys(&self) -> [String; 4] {
        insured_keys(self.insurer.as_str(), &self.symbol, &self.number, &self.branch)
    }

    /// The key without the branch: who shares a symbol and number is one insured household.
    #[must_use]
    pub fn household_key(&self) -> String {
        self.keys()[..3].join(":")
    }
}

/// The comparison keys of insurer, symbol, number and branch, however they are typed: one function
/// for registering, importing, looking up and linking. Full and half width are folded, letters in
/// upper case, dashes and spaces taken out; the insurer has eight digits, a branch of one digit two.
/// Zeros on the left of symbol and number stay: nobody says they mean nothing.
#[must_use]
pub fn insured_keys(insurer: &str, symbol: &str, number: &str, branch: &str) -> [String; 4] {
    let mut branch = fold(branch);
    if branch.len() == 1 {
        branch.insert(0, '0');
    }
    [insurer_key(&fold(insurer)), fold(symbol), fold(number), branch]
}

/// Folds width and case, and takes out dashes and spaces. A long-vowel mark counts as a dash unless
/// it follows kana: 「１２ー３」 is typed often, 「カード」 is a word.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        match narrow(character) {
            dash if is_dash(dash) || dash.is_whitespace() => {}
            'ー' if !folded.chars().next_back().is_some_and(is_kana) => {}
            other => join(&mut folded, other),
        }
    }
    folded
}

/// Half-width katakana in the order of U+FF66 to U+FF9D.
const KATAKANA: &str = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノ\
                        ハヒフヘホマミムメモヤユヨラリルレロワン";

fn narrow(character: char) -> char {
    let code = u32::from(character);
    match character {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(code - 0xfee0).unwrap_or(character).to_ascii_uppercase()
        }
        '\u{ff66}'..='\u{ff9d}' => KATAKANA
            .chars()
            .zip(0xff66..)
            .find(|&(_, half)| half == code)
            .map_or(character, |it| it.0),
        _ => character.to_ascii_uppercase(),
    }
}

/// Appends `character`; a voicing mark melts into the kana before it.
fn join(folded: &mut String, character: char) {
    let step = match character {
        'ﾞ' | '゛' | '\u{3099}' => 1,
        'ﾟ' | '゜' | '\u{309a}' => 2,
        _ => 0,
    };
    let voiced =
        folded.chars().next_back().filter(|_| step > 0).and_then(|last| voiced(last, step));
    if let Some(voiced) = voiced {
        folded.pop();
        folded.push(voiced);
    } else {
        folded.push(character);
    }
}

/// The kana blocks put the voiced and the half-voiced form right after the plain one.
fn voiced(plain: char, step: u32) -> Option<char> {
    let half_voiced = "ハヒフヘホ".contains(plain);
    match plain {
        'ウ' if step == 1 => Some('ヴ'),
        _ if half_voiced => char::from_u32(u32::from(plain) + step),
        _ if step == 1 && "カキクケコサシスセソタチツテト".contains(plain) => {
            char::from_u32(u32::from(plain) + 1)
        }
        _ => None,
    }
}

fn is_dash(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{ff0d}')
}

fn is_kana(character: char) -> bool {
    matches!(character, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fc}')
}

fn plain(text: &str) -> bool {
    let strange = |character: char| ":：".contains(character) || character.is_control();
    text.chars().count() <= CHARACTERS && !text.chars().any(strange)
}

fn insured_text(at: &'static str) -> Finding {
    Finding::stop(
        "insured-text",
        at,
        format!(
            "記号は{CHARACTERS}文字以内、番号は1文字以上{CHARACTERS}文字以内で、コロンと制御文字を\
             除いて書いてください。"
        ),
        format!(
            "Write at most {CHARACTERS} characters, without colons and control characters; \
             the number must not be empty."
        ),
    )
}

fn insured_form() -> Finding {
    Finding::stop(
        "insured-form",
        "",
        "「保険者番号:記号:番号:枝番」の形で書いてください。",
        "Write insurer:symbol:number:branch.",
    )
}

fn branch_form() -> Finding {
    Finding::stop(
        "branch-form",
        "branch",
        "枝番は半角数字2桁で書いてください。枝番がなければ空にします。",
        "Write the branch as two half-width digits, or leave it empty.",
    )
}
