//! The resident or the guardian fills in a pre-visit form (予診票) before going to the clinic.

mod kept;

#[expect(unused_imports, reason = "the clinic's deeds read them")]
pub(crate) use kept::{KeptForm, forms_of};
