variable "cluster" {
  description = "Name of the cluster. Dispatchers with the same one, on the same Redis, are replicas of one another."
  type        = string
  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$", var.cluster))
    error_message = "A name has 1 to 63 letters, digits, dots, dashes and underscores, and begins with a letter or a digit."
  }
}

variable "topology" {
  description = "The topology file, as YAML or JSON. Where left out, the cluster begins empty: roomlb_vip and roomlb_node fill it."
  type        = string
  default     = null
  validation {
    condition     = var.topology == null || try(yamldecode(var.topology).cluster == var.cluster, false)
    error_message = "Write a topology as YAML or JSON whose `cluster` is that of this module."
  }
}

variable "listen" {
  description = "Address and port of the API. Beyond loopback it needs tokens_file, and TLS or a proxy that ends it (behind_tls_proxy)."
  type        = string
  default     = "127.0.0.1:8080"
  validation {
    condition     = can(regex("^([0-9.]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$", var.listen))
    error_message = "Write ADDRESS:PORT, such as 0.0.0.0:8443 or [::]:8443."
  }
  validation {
    condition     = try(tonumber(regex("[0-9]+$", var.listen)) >= 1024, false)
    error_message = "The service has no right to open ports below 1024."
  }
  validation {
    condition     = can(regex("^(127[.]|\\[::1\\])", var.listen)) || var.tokens_file != null
    error_message = "Beyond loopback, dispatchers listen only with tokens: set tokens_file."
  }
  validation {
    condition     = can(regex("^(127[.]|\\[::1\\])", var.listen)) || var.tls_certificate_file != null || var.behind_tls_proxy
    error_message = "Beyond loopback, tokens do not go in the clear: set tls_certificate_file and tls_key_file, or behind_tls_proxy."
  }
}

variable "behind_tls_proxy" {
  description = "A proxy in front ends TLS."
  type        = bool
  default     = false
}

variable "store" {
  description = "Where claims live: file:PATH, or rediss://HOST:PORT/DB and the like, to be shared by several dispatchers. Never a password: store_password_file."
  type        = string
  default     = "file:/var/lib/roomlb/claims"
  validation {
    condition     = can(regex("^(memory|file:/[^[:cntrl:]]+|(redis|rediss|valkey|redis-sentinel|redis-cluster)://[^[:cntrl:][:space:]]+)$", var.store))
    error_message = "Write file:/PATH, redis://HOST:PORT/DB, rediss://…, redis-sentinel://HOST:PORT,…/MASTER, redis-cluster://HOST:PORT,…, or memory."
  }
  validation {
    condition     = !can(regex("^[a-z-]+://[^/@]*:[^/@]*@", var.store))
    error_message = "No password in the address: everybody on the machine would see it. Use store_password_file."
  }
}

variable "store_password_file" {
  description = "File on the machine with the password of Redis."
  type        = string
  default     = null
  validation {
    condition     = var.store_password_file == null || can(regex("^/[^[:cntrl:]]+$", var.store_password_file))
    error_message = "Write an absolute path."
  }
}

variable "store_ca_file" {
  description = "PEM file on the machine: the authorities that the certificate of Redis may be of."
  type        = string
  default     = null
  validation {
    condition     = var.store_ca_file == null || can(regex("^/[^[:cntrl:]]+$", var.store_ca_file))
    error_message = "Write an absolute path."
  }
}

variable "tokens_file" {
  description = "File on the machine with the tokens of callers, hashed: `roomlb token new` prints its lines."
  type        = string
  default     = null
  validation {
    condition     = var.tokens_file == null || can(regex("^/[^[:cntrl:]]+$", var.tokens_file))
    error_message = "Write an absolute path."
  }
}

variable "node_key_file" {
  description = "File on the machine with the key that credentials of nodes are signed with, the same at all dispatchers: `roomlb token key`."
  type        = string
  default     = null
  validation {
    condition     = var.node_key_file == null || can(regex("^/[^[:cntrl:]]+$", var.node_key_file))
    error_message = "Write an absolute path."
  }
}

variable "tls_certificate_file" {
  description = "PEM file on the machine, with the chain: the API by https."
  type        = string
  default     = null
  validation {
    condition     = var.tls_certificate_file == null || can(regex("^/[^[:cntrl:]]+$", var.tls_certificate_file))
    error_message = "Write an absolute path."
  }
  validation {
    condition     = (var.tls_certificate_file == null) == (var.tls_key_file == null)
    error_message = "tls_certificate_file and tls_key_file go together."
  }
}

variable "tls_key_file" {
  description = "PEM file on the machine with the private key."
  type        = string
  default     = null
  validation {
    condition     = var.tls_key_file == null || can(regex("^/[^[:cntrl:]]+$", var.tls_key_file))
    error_message = "Write an absolute path."
  }
}

variable "allow_hosts" {
  description = "Names that requests may be for, besides addresses: those of load balancers in front."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for name in var.allow_hosts : can(regex("^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$", name))])
    error_message = "Write DNS names."
  }
}

variable "arguments" {
  description = "Further arguments of `roomlb serve`, one by one; see its --help. No secrets: everybody on the machine sees them."
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
