//! What is wrong with a body, and where.

use std::fmt;

use domain::finding::Finding;

use super::{Node, text};

/// Why a body was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// More bytes than allowed.
    TooLarge,
    /// Nested deeper than allowed.
    TooDeep,
    /// More values than allowed.
    TooManyNodes,
    /// Bytes that are no UTF-8.
    InvalidUtf8,
    /// A byte order mark at the start.
    ByteOrderMark,
    /// The text ends in the middle of a value.
    UnexpectedEnd,
    /// A character that cannot stand here.
    UnexpectedCharacter,
    /// A comma before the closing bracket.
    TrailingComma,
    /// Something after the value.
    TrailingData,
    /// A number such as `01`.
    LeadingZero,
    /// A number such as `1.` or `-`.
    InvalidNumber,
    /// A number with more characters than allowed.
    NumberTooLong,
    /// A bare control character in a string.
    ControlCharacter,
    /// A backslash before something that cannot follow it.
    InvalidEscape,
    /// Half of a surrogate pair.
    LoneSurrogate,
    /// The same member name twice in one object.
    DuplicateName,
    /// Another resource type than the reader is for.
    WrongResource,
    /// A member that must be there is not.
    MissingMember,
    /// A string where an object is due, and the like.
    WrongType,
    /// The right type with an impossible value.
    WrongValue,
}

impl Code {
    /// Kebab-case, stable.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.words().0
    }

    /// The sentence in Japanese.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        self.words().1
    }

    /// The sentence in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        self.words().2
    }

    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::TooLarge => {
                ("too-large", "本文が大きすぎます。分けて送ってください。", "Send less at once.")
            }
            Self::TooDeep => {
                ("too-deep", "入れ子が深すぎます。浅くしてください。", "Nest less deeply.")
            }
            Self::TooManyNodes => (
                "too-many-nodes",
                "値の数が多すぎます。分けて送ってください。",
                "There are too many values: send fewer at once.",
            ),
            Self::InvalidUtf8 => (
                "invalid-utf8",
                "UTF-8として読めないバイトがあります。UTF-8で送ってください。",
                "These bytes are no UTF-8: send UTF-8.",
            ),
            Self::ByteOrderMark => (
                "byte-order-mark",
                "先頭のBOMを取り除いてください。",
                "Remove the byte order mark at the start.",
            ),
            Self::UnexpectedEnd => (
                "unexpected-end",
                "JSONが途中で切れています。全体を送り直してください。",
                "The JSON ends in the middle: send it whole.",
            ),
            Self::UnexpectedCharacter => (
                "unexpected-character",
                "ここに置けない文字です。JSONの書き方を確かめてください。",
                "This character cannot stand here: check the JSON syntax.",
            ),
            Self::TrailingComma => (
                "trailing-comma",
                "閉じ括弧の前の余分なカンマを取り除いてください。",
                "Remove the comma before the closing bracket.",
            ),
            Self::TrailingData => (
                "trailing-data",
                "JSONの後に余分な文字があります。取り除いてください。",
                "Remove what follows the JSON value.",
            ),
            Self::LeadingZero => (
                "leading-zero",
                "数値の先頭の0を取り除くか、文字列として送ってください。",
                "Remove the leading zero, or send a string.",
            ),
            other => other.words_of_values(),
        }
    }

    const fn words_of_values(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::InvalidNumber => {
                ("invalid-number", "数値の書き方を直してください。", "Correct the number.")
            }
            Self::NumberTooLong => (
                "number-too-long",
                "数値の桁が多すぎます。文字列として送ってください。",
                "The number has too many digits: send a string.",
            ),
            Self::ControlCharacter => (
                "control-character",
                "文字列の制御文字は\\uXXXXの形で書いてください。",
                "Write control characters in strings as \\uXXXX.",
            ),
            Self::InvalidEscape => (
                "invalid-escape",
                "\\の後の書き方を直してください。",
                "Correct what follows the backslash.",
            ),
            Self::LoneSurrogate => (
                "lone-surrogate",
                "サロゲートは上位と下位の組で書いてください。",
                "Write both halves of the surrogate pair.",
            ),
            Self::DuplicateName => (
                "duplicate-name",
                "同じ項目名が二つあります。一つにしてください。",
                "The member name stands twice: keep one.",
            ),
            Self::WrongResource => (
                "wrong-resource",
                "リソースの種類が違います。",
                "This is another type of resource.",
            ),
            Self::MissingMember => {
                ("missing-member", "必要な項目がありません。", "A required member is missing.")
            }
            Self::WrongType => ("wrong-type", "値の型が違います。", "The value has another type."),
            _ => ("wrong-value", "値が正しくありません。", "The value is not possible here."),
        }
    }
}

/// A refusal with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Why.
    pub code: Code,
    /// Byte offset into the body.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// JSON pointer (RFC 6901) of the place; empty for the whole body.
    pub pointer: String,
    /// What to do, in English; [`Code::ja`] has the Japanese sentence.
    pub message: String,
}

impl Problem {
    /// A problem with the value `node`; `message` says what would have been right.
    #[must_use]
    pub fn at(node: Node<'_>, code: Code, message: impl Into<String>) -> Self {
        let (line, column) = node.line_column();
        let (offset, pointer) = (node.offset(), node.pointer());
        Self { code, offset, line, column, pointer, message: message.into() }
    }

    /// A problem at `offset` of `body`, which need not be UTF-8 beyond it.
    pub(super) fn in_body(body: &[u8], code: Code, offset: usize, pointer: String) -> Self {
        let (line, column) = text::line_column(body, offset);
        Self { code, offset, line, column, pointer, message: code.en().to_owned() }
    }

    /// The same as a finding, with line and column in the sentences.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let Self { code, line, column, .. } = self;
        Finding::stop(
            code.as_str(),
            self.pointer.clone(),
            format!("{line}行{column}文字目: {}", code.ja()),
            format!("line {line}, column {column}: {}", self.message),
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, line, column, pointer, message, .. } = self;
        write!(f, "{} at {line}:{column} ({pointer}): {message}", code.as_str())
    }
}

impl std::error::Error for Problem {}
