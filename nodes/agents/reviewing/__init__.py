"""What the reviewers know: rules as data, amounts, dates."""
