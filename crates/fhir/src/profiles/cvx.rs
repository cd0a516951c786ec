//! CVX codes of our vaccines, for those who read nothing else.
//!
//! Lossy: Japanese products differ from the ones that CVX names (DPT-IPV with Sabin strains, a
//! Japanese encephalitis vaccine of Vero cells), so nothing is ever read from it. Except for those
//! of rotavirus and unspecified DTaP, the pairs are general knowledge that no source in our hands
//! confirms. law:CVX

const CODES: [(&str, &str); 22] = [
    ("rota-1v", "119"),
    ("rota-5v", "116"),
    ("hepb", "08"),
    ("hib", "48"),
    ("dpt-ipv-hib", "120"),
    ("dpt-ipv", "130"),
    ("dpt", "107"),
    ("dt", "28"),
    ("pcv13", "133"),
    ("pcv15", "215"),
    ("pcv20", "216"),
    ("ppsv23", "33"),
    ("bcg", "19"),
    ("mr", "04"),
    ("varicella", "21"),
    ("zoster-live", "121"),
    ("zoster-rzv", "187"),
    ("je", "134"),
    ("hpv2", "118"),
    ("hpv4", "62"),
    ("hpv9", "165"),
    ("rsv-maternal", "305"),
];

/// The CVX code nearest to a vaccine of ours.
pub(super) fn of(product: &str) -> Option<&'static str> {
    CODES.iter().find(|(known, _)| *known == product).map(|(_, code)| *code)
}
