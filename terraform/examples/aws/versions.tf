terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0, < 7.0"
    }
  }

  # The state has the password of Redis: keep it where it is encrypted, and where two people cannot write at once.
  # backend "s3" { … }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { managed-by = "terraform" }
  }
}
