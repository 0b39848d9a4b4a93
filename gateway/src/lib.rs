//! datavault-gateway
