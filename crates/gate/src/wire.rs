//! How shared texts are written and read by serde, which knows `Arc` only with a feature that the
//! whole workspace would have to be built with.

/// `Arc<str>`.
pub(crate) mod text {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &Arc<str>, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(value)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Arc<str>, D::Error> {
        String::deserialize(d).map(Arc::from)
    }
}

/// `Arc<[Arc<str>]>`.
pub(crate) mod texts {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &Arc<[Arc<str>]>, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(value.iter().map(AsRef::as_ref).collect::<Vec<&str>>())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Arc<[Arc<str>]>, D::Error> {
        Vec::<String>::deserialize(d).map(|all| all.into_iter().map(Arc::from).collect())
    }
}

/// `Arc<[Citation]>`.
pub(crate) mod citations {
    use std::sync::Arc;

    use sekisho_regulation::Citation;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &Arc<[Citation]>, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(value.iter())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Arc<[Citation]>, D::Error> {
        Vec::<Citation>::deserialize(d).map(Arc::from)
    }
}
