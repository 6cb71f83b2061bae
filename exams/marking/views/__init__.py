"""Pages of marking, gradebooks, records, appeals and exports, by noun."""
