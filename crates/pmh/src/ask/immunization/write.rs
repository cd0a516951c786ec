//! Answers as JSON text, written straight into a string.

use domain::finding::Severity;
use domain::immunization::{DoseName, Item, Judged, Notice, Reader, Schedule, SeriesId};
use jiff::civil::Date;

/// The members of an answering object as they grow; `{` first, `}` by [`Writer::end`].
pub(super) struct Writer<'s> {
    out: String,
    schedule: &'s Schedule,
    sentence: String,
}

impl<'s> Writer<'s> {
    pub(super) fn new(schedule: &'s Schedule) -> Self {
        Self { out: String::with_capacity(256), schedule, sentence: String::new() }
    }

    pub(super) fn end(self) -> String {
        self.out
    }

    pub(super) fn raw(&mut self, text: &str) -> &mut Self {
        self.out.push_str(text);
        self
    }

    pub(super) fn flag(&mut self, flag: bool) -> &mut Self {
        self.raw(if flag { "true" } else { "false" })
    }

    pub(super) fn day(&mut self, day: Date) -> &mut Self {
        let year = u32::from(day.year().unsigned_abs());
        let [month, date] = [day.month(), day.day()].map(|it| u32::from(it.unsigned_abs()));
        self.out.push('"');
        self.digits(year, 4);
        self.out.push('-');
        self.digits(month, 2);
        self.out.push('-');
        self.digits(date, 2);
        self.out.push('"');
        self
    }

    fn digits(&mut self, number: u32, places: u32) {
        for place in (0..places).rev() {
            let digit = number / 10_u32.pow(place) % 10;
            self.out.push(char::from_digit(digit, 10).unwrap_or('0'));
        }
    }

    pub(super) fn number(&mut self, number: u32) -> &mut Self {
        let places = number.checked_ilog10().unwrap_or(0) + 1;
        self.digits(number, places);
        self
    }

    /// `{"from":…,"to":…}`; ends that lie beyond the calendar are null.
    pub(super) fn days(&mut self, days: Option<(Date, Date)>) -> &mut Self {
        let Some((from, to)) = days else { return self.raw("null") };
        self.raw("{\"from\":").end_of_range(from, Date::MIN);
        self.raw(",\"to\":").end_of_range(to, Date::MAX);
        self.raw("}")
    }

    fn end_of_range(&mut self, day: Date, never: Date) {
        if day == never {
            self.raw("null")
        } else {
            self.day(day)
        };
    }

    fn text(&mut self, text: &str) -> &mut Self {
        let special = |byte: u8| byte == b'"' || byte == b'\\' || byte < b' ';
        self.out.push('"');
        // Nearly no text has such a byte; a look at all of them at once is quicker than a search.
        if text.bytes().fold(false, |any, byte| any | special(byte)) {
            for character in text.chars() {
                match character {
                    '"' => self.out.push_str("\\\""),
                    '\\' => self.out.push_str("\\\\"),
                    '\0'..' ' => self.out.push(' '),
                    _ => self.out.push(character),
                }
            }
        } else {
            self.out.push_str(text);
        }
        self.out.push('"');
        self
    }

    fn series(&mut self, id: Option<SeriesId>) -> &mut Self {
        let schedule = self.schedule;
        match id {
            Some(id) => self.text(&schedule.series[usize::from(id)].code),
            None => self.raw("null"),
        }
    }

    /// `"series":…,"number":…`
    pub(super) fn place(&mut self, judged: &Judged<'_>) -> &mut Self {
        self.raw("\"series\":").series(judged.series).raw(",\"number\":");
        match judged.number {
            Some(number) => self.number(number),
            None => self.raw("null"),
        }
    }

    /// `"findings":[…]`
    pub(super) fn findings(&mut self, notices: &[Notice<'_>]) -> &mut Self {
        self.raw("\"findings\":[");
        for (at, notice) in notices.iter().enumerate() {
            if 0 < at {
                self.raw(",");
            }
            self.finding(notice);
        }
        self.raw("]")
    }

    fn finding(&mut self, notice: &Notice<'_>) {
        let severity = match notice.code.severity() {
            Severity::Info => "info",
            Severity::Warn => "warn",
            Severity::Stop => "stop",
        };
        self.raw("{\"code\":\"").raw(notice.code.name());
        self.raw("\",\"severity\":\"").raw(severity).raw("\"");
        if let Some(day) = notice.possible_from {
            self.raw(",\"possible_from\":").day(day);
        }
        if let Some(day) = notice.possible_until {
            self.raw(",\"possible_until\":").day(day);
        }
        for (name, reader) in [
            (",\"message\":", Reader::Parent),
            (",\"message_clinician\":", Reader::Clinician),
            (",\"message_en\":", Reader::English),
        ] {
            let mut sentence = std::mem::take(&mut self.sentence);
            sentence.clear();
            notice.write(self.schedule, reader, &mut sentence);
            self.raw(name).text(&sentence);
            self.sentence = sentence;
        }
        if let Some(basis) = notice.basis {
            self.raw(",\"law\":[").text(&basis.law).raw("]");
            if let Some(doubt) = &basis.doubt {
                self.raw(",\"doubt\":[").text(doubt).raw("]");
            }
        }
        self.raw("}");
    }

    /// `,"law":[…]` and, where there is one, `,"doubt":[…]`, of the rules of `series` on `day`.
    pub(super) fn law(&mut self, series: Option<SeriesId>, day: Date) -> &mut Self {
        let schedule = self.schedule;
        let Some(basis) = series.map(|id| schedule.basis(id, day)) else { return self };
        self.raw(",\"law\":[").text(&basis.law).raw("]");
        if let Some(doubt) = &basis.doubt {
            self.raw(",\"doubt\":[").text(doubt).raw("]");
        }
        self
    }

    pub(super) fn dose_name(&mut self, dose: Option<DoseName>) -> &mut Self {
        match dose {
            None => self.raw("null"),
            Some(DoseName::Booster) => self.raw("\"booster\""),
            Some(DoseName::Primary(number)) => self.number(u32::from(number)),
        }
    }

    pub(super) fn item(&mut self, item: &Item<'_>) -> &mut Self {
        self.raw("{\"series\":").series(Some(item.series));
        self.raw(",\"dose\":").dose_name(item.dose);
        self.raw(",\"status\":\"").raw(item.status.name()).raw("\",\"earliest\":");
        match item.earliest {
            Some(day) => self.day(day),
            None => self.raw("null"),
        };
        self.raw(",\"standard\":").days(item.standard);
        self.raw(",\"routine\":").days(item.routine);
        if !item.notices.is_empty() {
            self.raw(",").findings(&item.notices);
        }
        self.raw("}")
    }
}
