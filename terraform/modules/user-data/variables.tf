# Of this repository's own modules, which check what they pass on.

variable "unit" {
  description = "The unit to start."
  type        = string
}

variable "unit_files" {
  description = "Units: file name → content."
  type        = map(string)
}

variable "command" {
  description = "What the unit runs, word by word."
  type        = list(string)
}

variable "environment_file" {
  description = "Read where it is there."
  type        = string
}

variable "environment" {
  type = map(string)
}

variable "drop_in" {
  description = "Further lines of [Service]."
  type        = list(string)
  default     = []
}

variable "user" {
  description = "User of the service, who is made; null: the unit's own."
  type        = string
  default     = "roomlb"
}

variable "scripts" {
  description = "Path → content of what root may run."
  type        = map(string)
  default     = {}
}

variable "files" {
  type = map(string)
}

variable "packages" {
  type = list(string)
}

variable "prepare" {
  type = list(list(string))
}
