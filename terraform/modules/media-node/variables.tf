variable "node" {
  description = "Id of the node in the topology: the id of its roomlb_node."
  type        = string
  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$", var.node))
    error_message = "An id has 1 to 63 letters, digits, dots, dashes and underscores, and begins with a letter or a digit."
  }
}

variable "dispatchers" {
  description = "URLs of all dispatchers, such as https://lb-1.example.net: the node reports to each."
  type        = list(string)
  validation {
    condition     = length(var.dispatchers) > 0 && alltrue([for url in var.dispatchers : can(regex("^https?://[^[:cntrl:][:space:]/?#@]+(/[^[:cntrl:][:space:]?#]*)?$", url))])
    error_message = "Write one or more http or https URLs without user, password, query and fragment."
  }
}

variable "token_file" {
  description = "File on the node with the token that dispatchers ask for (scopes read, rooms:write, nodes:report). It is not made here: `prepare` can fetch it from where you keep secrets."
  type        = string
  default     = null
  validation {
    condition     = var.token_file == null || can(regex("^/[^[:cntrl:]]+$", var.token_file))
    error_message = "Write an absolute path."
  }
}

variable "enrolment_file" {
  description = "File on the node with the secret of `roomlb enroll`, in place of token_file: the node swaps it for a credential of its own."
  type        = string
  default     = null
  validation {
    condition     = var.enrolment_file == null || can(regex("^/[^[:cntrl:]]+$", var.enrolment_file))
    error_message = "Write an absolute path."
  }
  validation {
    condition     = var.enrolment_file == null || var.token_file == null
    error_message = "A node has a token_file or an enrolment_file, not both."
  }
}

variable "dispatcher_ca_file" {
  description = "PEM file on the node: the authorities that certificates of dispatchers are of. Those of the system where left out."
  type        = string
  default     = null
  validation {
    condition     = var.dispatcher_ca_file == null || can(regex("^/[^[:cntrl:]]+$", var.dispatcher_ca_file))
    error_message = "Write an absolute path."
  }
}

variable "drain_limit" {
  description = "Seconds that a stop waits for live rooms to end."
  type        = number
  default     = 600
  validation {
    condition     = var.drain_limit >= 0 && var.drain_limit <= 86400 && floor(var.drain_limit) == var.drain_limit
    error_message = "Write whole seconds from 0 to 86400."
  }
}

variable "node_setup" {
  description = "Script that prepares the node for DSR or tunnel forwarding, run as root before the node starts: data.roomlb_lb_config of target node-setup has it as `text`. Not needed with nat."
  type        = string
  default     = null
}

variable "arguments" {
  description = "Further arguments of `roomlb media-node`, one by one; see its --help. No secrets: everybody on the machine sees them."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for argument in var.arguments : can(regex("^[^[:cntrl:]]+$", argument))])
    error_message = "Arguments have no line breaks and other control characters."
  }
}

variable "environment" {
  description = "Environment variables, such as OTEL_EXPORTER_OTLP_ENDPOINT. Secrets belong into files."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for name, value in var.environment : can(regex("^[A-Za-z_][A-Za-z0-9_]*$", name)) && can(regex("^[^[:cntrl:]]*$", value))])
    error_message = "Names are letters, digits and underscores; values have no line breaks and other control characters."
  }
}

variable "roomlb" {
  description = "Path of the command on the machine."
  type        = string
  default     = "/usr/local/bin/roomlb"
  validation {
    condition     = can(regex("^/[^[:cntrl:][:space:]]+$", var.roomlb))
    error_message = "Write an absolute path without blanks."
  }
}

variable "packages" {
  description = "Packages of the distribution to be installed first."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for name in var.packages : can(regex("^[a-z0-9][a-z0-9+.-]*$", name))])
    error_message = "Names of packages have small letters, digits, and + . -"
  }
}

variable "prepare" {
  description = "Commands that root runs before the service starts, each a list of words: bring the command where `roomlb` says ([\"npm\", \"install\", \"--global\", \"/opt/roomlb.tgz\"], with Node 20 or later), fetch secrets (readable by the group roomlb). Nothing secret in them: whoever may describe the machine reads them."
  type        = list(list(string))
  default     = []
}

variable "files" {
  description = "Further files on the machine: path → content. Nothing secret: all can read them, and the user data."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for path in keys(var.files) : can(regex("^/[^[:cntrl:]]+$", path))])
    error_message = "Write absolute paths."
  }
}
