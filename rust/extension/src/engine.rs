//! Objects, types, settings and log of the engine.

pub(crate) mod certificate_source;
pub(crate) mod convert;
pub(crate) mod enum_registration;
pub(crate) mod enum_types;
pub(crate) mod object_cache;
pub(crate) mod objects;
pub(crate) mod project_settings;
pub(crate) mod shared_objects;
