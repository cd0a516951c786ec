//! Which questions are asked.

use std::collections::BTreeSet;

use super::{Answers, Form, Item};

impl Form {
    /// The questions that are asked, given the answers so far, in order. A question is asked if it
    /// has no condition, or if the question it depends on is asked and answered so.
    #[must_use]
    pub fn visible(&self, answers: &Answers) -> Vec<&Item> {
        let mut shown = BTreeSet::new();
        let mut visible = Vec::new();
        for item in self.items() {
            let asked = item.when.as_ref().is_none_or(|when| {
                let answer = answers.get(&when.item).filter(|_| shown.contains(when.item.as_str()));
                answer.is_some_and(|answer| when.any_of.iter().any(|value| answer.is(value)))
            });
            if asked {
                shown.insert(item.id.as_str());
                visible.push(item);
            }
        }
        visible
    }

    /// The answers to questions that are asked: what was written below a はい that became an いいえ
    /// does not count.
    #[must_use]
    pub fn kept(&self, answers: &Answers) -> Answers {
        let visible = self.visible(answers);
        let answered = visible.iter().filter_map(|item| {
            answers.get(&item.id).map(|answer| (item.id.clone(), answer.clone()))
        });
        Answers(answered.collect())
    }
}
