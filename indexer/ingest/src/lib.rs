//! datavault-ingest
