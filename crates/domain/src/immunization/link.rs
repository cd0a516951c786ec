//! What is derived from a schedule once it is read: where each product is at home, what a verdict on
//! it needs, and how to find things by their codes.

use jiff::civil::Date;

use super::schedule::{Amount, Product, ProductId, Schedule, Series, SeriesId, Set};
use crate::day::Basis;

/// Places in the table of codes; more than there are products, so that one place is always free.
const PLACES: usize = 512;

/// Finds a product by its code without a walk through all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index {
    /// The products, each at the place that its code leads to, or at the next free one.
    places: Vec<Option<ProductId>>,
}

impl Index {
    fn of(products: &[Product]) -> Self {
        let mut places = vec![None; PLACES];
        for (id, product) in (0..).zip(products) {
            let free = from(&product.code).find(|place| places[*place].is_none());
            free.into_iter().for_each(|place| places[place] = Some(id));
        }
        Self { places }
    }

    /// The products at the places that a code may lead to, up to a free one.
    fn find(&self, code: &str) -> impl Iterator<Item = ProductId> {
        from(code).map_while(|place| self.places.get(place).copied().flatten())
    }
}

/// Every place, from the one that a code leads to: FNV-1a.
fn from(code: &str) -> impl Iterator<Item = usize> {
    let mixed = code
        .bytes()
        .fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let begin = mixed as usize;
    (0..PLACES).map(move |step| (begin + step) % PLACES)
}

impl Schedule {
    /// Completes what is derived: where each product is at home, and what a verdict on it needs. To
    /// be called once after reading.
    pub fn link(&mut self) {
        self.index = Index::of(&self.products);
        for at in 0..self.products.len() {
            let places = |guest: bool| -> Vec<SeriesId> {
                let here = |series: &Series| {
                    let mut uses = series.uses.iter();
                    uses.any(|it| usize::from(it.product) == at && it.counts_only == guest)
                };
                (0..).zip(&self.series).filter(|(_, it)| here(it)).map(|(id, _)| id).collect()
            };
            let (homes, guests) = (places(false), places(true));
            self.products[at].homes = homes;
            self.products[at].guests = guests;
        }
        for at in 0..self.products.len() {
            self.products[at].needs = self.needs(at);
        }
    }

    /// The homes of a product, and whatever those look at.
    fn needs(&self, product: usize) -> Set {
        let mut needs: Set = self.products[product].homes.iter().fold(0, |set, id| set | 1 << id);
        loop {
            let before = needs;
            for (id, series) in
                self.series.iter().enumerate().filter(|(id, _)| before >> id & 1 == 1)
            {
                let others = series.instead_of.iter().chain(&series.expects);
                needs |= others.fold(0, |set, other| set | 1 << other);
                for used in &series.uses {
                    let homes = &self.products[usize::from(used.product)].homes;
                    needs |= homes.iter().fold(0, |set, home| set | 1 << home);
                }
                let unequal = self.switches.iter().filter_map(|switch| {
                    let here = series.uses.iter().any(|used| used.product == switch.to);
                    switch.unequal_to.filter(|_| here)
                });
                needs |= unequal.fold(1 << id, |set, other| set | 1 << other);
            }
            if needs == before {
                return needs;
            }
        }
    }

    /// The product with this code.
    #[must_use]
    pub fn product(&self, code: &str) -> Option<ProductId> {
        self.index.find(code).find(|id| self.products[usize::from(*id)].code == code)
    }

    /// The series with this code.
    #[must_use]
    pub fn series(&self, code: &str) -> Option<SeriesId> {
        (0..).zip(&self.series).find(|(_, it)| it.code == code).map(|(id, _)| id)
    }

    /// Where the rules of `series` on `day` are laid down.
    #[must_use]
    pub fn basis(&self, series: SeriesId, day: Date) -> &Basis {
        &self.series[usize::from(series)].version(day).basis
    }

    /// The first of the series that stand for each other, as the two of rotavirus; most stand alone.
    #[must_use]
    pub fn lead(&self, id: SeriesId) -> SeriesId {
        let others = &self.series[usize::from(id)].instead_of;
        others.iter().copied().chain([id]).min().unwrap_or(id)
    }

    /// The condition with this code, as a set of one.
    #[must_use]
    pub fn condition(&self, code: &str) -> Option<Set> {
        self.conditions.iter().position(|it| it.code == code).map(|at| 1 << at)
    }

    /// Right amounts of a vaccine for somebody born on `birth`, on `day`; the usual one first.
    pub fn amounts(
        &self,
        product: ProductId,
        birth: Date,
        day: Date,
    ) -> impl Iterator<Item = &Amount> {
        self.products[usize::from(product)].amounts.iter().filter(move |amount| {
            amount.from.is_none_or(|age| self.first_day(birth, age) <= day)
                && amount.to.is_none_or(|age| day <= self.last_day(birth, age))
        })
    }
}
