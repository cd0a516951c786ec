//! A town of made-up families: adults, children with what they had before, twins of one reading, elders,
//! and now and then two people of one name and birth date.

use domain::immunization::Schedule;
use domain::person::Sex;
use jiff::civil::Date;

use super::dice::Dice;
use super::truth::{CITIES, Fact, Person, after, first_day, routine_on};

/// Days between two visits of a childhood that lies behind.
const PAST_STEP: i64 = 33;
const NAMES: [(&str, &str); 16] = [
    ("一郎", "イチロウ"),
    ("二葉", "フタバ"),
    ("三実", "ミツミ"),
    ("四季", "シキ"),
    ("五月", "サツキ"),
    ("六花", "リッカ"),
    ("七海", "ナナミ"),
    ("八重", "ヤエ"),
    ("九美", "クミ"),
    ("十和", "トワ"),
    ("百合", "ユリ"),
    ("千晴", "チハル"),
    ("万里", "マリ"),
    ("億人", "オクト"),
    ("兆子", "チョウコ"),
    ("京太", "ケイタ"),
];
/// Twins of one reading.
const TWINS: [(&str, &str); 2] = [("葵", "アオイ"), ("碧", "アオイ")];

/// Everybody, family by family.
#[derive(Default)]
pub(crate) struct Population {
    pub(crate) people: Vec<Person>,
    pub(crate) families: Vec<Vec<usize>>,
    facts: usize,
}

impl Population {
    /// Families until there are so many people.
    pub(crate) fn of(size: usize, dice: &mut Dice, schedule: &Schedule) -> Self {
        let mut town = Self::default();
        while town.people.len() < size {
            town.family(dice, schedule);
        }
        town
    }

    fn family(&mut self, dice: &mut Dice, schedule: &Schedule) {
        let family = self.families.len();
        self.families.push(Vec::new());
        let city = usize::from(dice.chance(300));
        if dice.chance(350) {
            for _ in 0..dice.between(1, 2) {
                let birth = after(first_day(), -dice.between(60 * 365, 90 * 365));
                self.join(family, birth, city, dice);
            }
            return;
        }
        for _ in 0..dice.between(1, 2) {
            let birth = after(first_day(), -dice.between(24 * 365, 45 * 365));
            self.join(family, birth, city, dice);
        }
        for _ in 0..dice.between(0, 3) {
            let birth = after(first_day(), -dice.between(1, 9 * 365));
            for child in self.born(family, birth, dice) {
                self.grow_up(child, dice, schedule);
            }
        }
    }

    /// A child is born, or two.
    pub(crate) fn born(&mut self, family: usize, birth: Date, dice: &mut Dice) -> Vec<usize> {
        let city = self.families[family].first().map_or(0, |one| self.people[*one].home(birth));
        if !dice.chance(60) {
            return vec![self.join(family, birth, city, dice)];
        }
        let twins = [0, 1].map(|which| {
            let who = self.join(family, birth, city, dice);
            self.name(who, TWINS[which]);
            who
        });
        let sex = self.people[twins[0]].sex;
        for (who, other) in [(twins[0], twins[1]), (twins[1], twins[0])] {
            self.people[who].twin = Some(other);
            self.people[who].sex = sex;
        }
        twins.to_vec()
    }

    pub(crate) fn join(
        &mut self,
        family: usize,
        birth: Date,
        city: usize,
        dice: &mut Dice,
    ) -> usize {
        let who = self.people.len();
        let sex = if dice.chance(500) { Sex::Female } else { Sex::Male };
        let mut person = Person::new(family, birth, sex, who);
        person.homes.push((birth, city));
        person.hidden = dice.chance(15);
        self.people.push(person);
        let used = self.families[family].len();
        self.families[family].push(who);
        self.name(who, NAMES[(family + used) % NAMES.len()]);
        self.people[who].address = address(city, family, 0);
        if dice.chance(8) {
            self.namesake(who, dice);
        }
        who
    }

    fn name(&mut self, who: usize, (name, kana): (&str, &str)) {
        let (surname, reading) = surname(self.people[who].family, false);
        self.people[who].name = format!("{surname} {name}");
        self.people[who].kana = format!("{reading} {kana}");
    }

    /// Somebody of another family has the same name and birth date.
    fn namesake(&mut self, who: usize, dice: &mut Dice) {
        let named_after = dice.below(self.people.len());
        let (person, other) = (&self.people[who], self.people[named_after].clone());
        if other.family != person.family && other.twin.is_none() && person.twin.is_none() {
            let person = &mut self.people[who];
            (person.name, person.kana, person.birth) = (other.name, other.kana, other.birth);
            (person.sex, person.homes[0].0) = (other.sex, other.birth);
            person.namesake = true;
            self.people[named_after].namesake = true;
        }
    }

    /// What a child had before the simulation begins.
    fn grow_up(&mut self, who: usize, dice: &mut Dice, schedule: &Schedule) {
        let mut day = after(self.people[who].birth, dice.between(56, 75));
        while day < first_day() {
            for product in routine_on(&self.people[who], who, schedule, day) {
                if dice.chance(850) && self.people[who].may_have(schedule, &product, day) {
                    self.given(who, &product, day, dice.below(6));
                }
            }
            day = after(day, PAST_STEP + dice.between(0, 60));
        }
    }

    /// A dose was given; nobody was told yet.
    pub(crate) fn given(&mut self, who: usize, product: &str, on: Date, clinic: usize) -> usize {
        self.facts += 1;
        let (id, product) = (self.facts, product.to_owned());
        let lot = format!("L{id}");
        let fact = Fact {
            id,
            product,
            on,
            real: true,
            known: false,
            clinic,
            lot,
            gate: None,
            careless: false,
        };
        self.people[who].facts.push(fact);
        id
    }

    /// They have another home from a day on.
    pub(crate) fn moves(&mut self, family: usize, day: Date, dice: &mut Dice) -> (usize, usize) {
        let members = self.families[family].clone();
        let from = self.people[members[0]].home(day);
        let to = 1 - from;
        let times = self.people[members[0]].homes.len();
        // A family that takes another name with the move looks like other people.
        let renamed = times == 1 && dice.chance(100);
        for who in members {
            let person = &mut self.people[who];
            person.homes.push((day, to));
            person.address = address(to, family, times);
            if renamed && person.twin.is_none() {
                let (surname, reading) = surname(family, true);
                person.name = format!("{surname} 新{who}");
                person.kana = format!("{reading} シン{}", syllables(who));
            }
        }
        (from, to)
    }
}

fn address(city: usize, family: usize, times: usize) -> String {
    format!("{}見本町{}番地", CITIES[city].1, family + 1 + times * 100_000)
}

/// No two families share a name.
fn surname(family: usize, second: bool) -> (String, String) {
    let kanji: Vec<char> = "山川田森林石松竹梅桜".chars().collect();
    let digits = format!("{family:04}");
    let digits = digits.bytes().map(|digit| usize::from(digit - b'0'));
    let mut name: String = digits.map(|at| kanji[at]).collect();
    name.push(if second { '本' } else { '上' });
    let end = if second { "モト" } else { "ウエ" };
    (name, format!("{}{end}", syllables(family)))
}

fn syllables(number: usize) -> String {
    let kana: Vec<char> = "アキシタニヒミラリワ".chars().collect();
    format!("{number:04}").bytes().map(|digit| kana[usize::from(digit - b'0')]).collect()
}
