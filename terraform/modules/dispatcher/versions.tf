terraform {
  # Conditions of variables look at other variables.
  required_version = ">= 1.9"
}
