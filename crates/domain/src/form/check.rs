//! What is wrong with answers, and what is missing.

use jiff::civil::Date;

use super::{Answer, Answers, By, Form, Item, Kind, write_tenths};
use crate::finding::{Finding, refused};

impl Form {
    /// Everything that keeps the answers of `by` from being handed in, in the order of the
    /// questions: faults and what is missing.
    #[must_use]
    pub fn validate(&self, answers: &Answers, by: By, today: Date) -> Vec<Finding> {
        let mut findings = self.faults(answers, today);
        let visible = self.visible(answers);
        let open = visible.into_iter().filter(|item| item.by == by && item.required);
        let missing = open.filter(|item| answers.get(&item.id).is_none_or(is_blank));
        findings.extend(missing.map(missing_answer));
        let place = |at: &str| self.items().position(|item| item.id == at);
        findings.sort_by_key(|finding| place(&finding.at));
        findings
    }

    /// Whether nothing keeps the answers of `by` from being handed in.
    #[must_use]
    pub fn complete(&self, answers: &Answers, by: By, today: Date) -> bool {
        !refused(&self.validate(answers, by, today))
    }

    /// What is wrong with the answers that are there: `form-unknown-item`, `form-wrong-kind`,
    /// `form-unknown-choice`, `form-too-long`, `form-character`, `form-out-of-range`,
    /// `form-future`. Answers to questions that are not asked are no fault: [`Form::kept`] drops
    /// them.
    #[must_use]
    pub fn faults(&self, answers: &Answers, today: Date) -> Vec<Finding> {
        let fault = |(id, answer): (&String, &Answer)| match self.item(id) {
            Some(item) => item.fault(answer, today),
            None => Some(unknown_item(id)),
        };
        answers.0.iter().filter_map(fault).collect()
    }
}

/// An answer of white space is none.
fn is_blank(answer: &Answer) -> bool {
    matches!(answer, Answer::Text(text) if text.trim().is_empty())
}

impl Item {
    /// What is wrong with an answer to this question.
    #[must_use]
    pub fn fault(&self, answer: &Answer, today: Date) -> Option<Finding> {
        match (&self.kind, answer) {
            (Kind::YesNo, Answer::YesNo(_)) => None,
            (Kind::Choice(choices), Answer::Code(code)) => {
                let known = choices.iter().any(|choice| choice.code == *code);
                (!known).then(|| self.unknown_choice())
            }
            (Kind::Text { max_length }, Answer::Text(text)) => self.words(text, *max_length),
            (Kind::Date { future }, Answer::Date(day)) => {
                (!future && today < *day).then(|| self.in_future())
            }
            (Kind::Decimal { least, most }, Answer::Tenths(number)) => {
                let (low, high) = (write_tenths(*least), write_tenths(*most));
                (!(*least..=*most).contains(number)).then(|| self.out_of_range(&low, &high))
            }
            (Kind::Number { least, most }, Answer::Number(number)) => {
                let (low, high) = (least.to_string(), most.to_string());
                (!(*least..=*most).contains(number)).then(|| self.out_of_range(&low, &high))
            }
            _ => Some(self.wrong_kind()),
        }
    }

    fn words(&self, text: &str, max_length: u16) -> Option<Finding> {
        let control = |letter: char| letter.is_control() && !"\n\r\t".contains(letter);
        if text.chars().any(control) {
            let ja = "使えない文字が入っています。消してください。";
            return Some(self.stop("form-character", ja, "holds a control character; delete it"));
        }
        let length = text.chars().count();
        (usize::from(max_length) < length).then(|| {
            let ja = format!("{length}文字あります。{max_length}文字までにしてください。");
            let en = format!("has {length} characters; write at most {max_length}");
            self.stop("form-too-long", &ja, &en)
        })
    }

    fn unknown_choice(&self) -> Finding {
        let ja = "選択肢にない答えです。選び直してください。";
        self.stop("form-unknown-choice", ja, "is not one of the choices; choose again")
    }

    fn in_future(&self) -> Finding {
        let ja = "今日より後の日付です。確かめて直してください。";
        self.stop("form-future", ja, "lies after today; correct it")
    }

    fn out_of_range(&self, least: &str, most: &str) -> Finding {
        let ja = format!("{least}から{most}までで答えてください。");
        let en = format!("must be from {least} to {most}; correct it");
        self.stop("form-out-of-range", &ja, &en)
    }

    fn wrong_kind(&self) -> Finding {
        let ja = "この質問の答えの形ではありません。答え直してください。";
        self.stop("form-wrong-kind", ja, "is no answer of this question's kind; answer again")
    }

    fn stop(&self, code: &'static str, ja: &str, en: &str) -> Finding {
        let ja = format!("「{}」: {ja}", self.text.ja);
        Finding::stop(code, self.id.clone(), ja, format!("\"{}\" {en}.", self.text.en))
    }
}

fn missing_answer(item: &Item) -> Finding {
    item.stop("form-required", "まだ答えていません。", "is not answered yet; answer it")
}

fn unknown_item(id: &str) -> Finding {
    let ja = format!("この予診票に質問 {id} はありません。予診票の版を確かめてください。");
    let en = format!("The form has no question {id}; check its version.");
    Finding::stop("form-unknown-item", id.to_owned(), ja, en)
}
