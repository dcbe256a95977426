variable "roomlb" {
  description = "The command, word by word; the built one of this repository where left out."
  type        = list(string)
  default     = null
}

variable "folder" {
  description = "For logs and process ids; gone after destroy."
  type        = string
  default     = ".lab"
}

variable "port" {
  description = "Of the dispatcher's API."
  type        = number
  default     = 8080
}

variable "network" {
  description = "The first three numbers of all addresses: a part of 127.0.0.0/8, which never leaves the machine."
  type        = string
  default     = "127.0.7"
  validation {
    condition     = can(regex("^127([.][0-9]{1,3}){2}$", var.network))
    error_message = "Write three numbers that begin with 127, such as 127.0.7."
  }
}

variable "nodes" {
  description = "Media nodes by id. `host` is the last number of the address."
  type = map(object({
    host        = number
    media_ports = string
    zone        = optional(string)
    weight      = optional(number, 100)
  }))
  default = {
    sfu-1 = { host = 11, media_ports = "40000-40001", zone = "a" }
    sfu-2 = { host = 12, media_ports = "40002-40003", zone = "b" }
  }
}

variable "media_nodes" {
  description = "Run the media nodes: needs a mediasoup worker (npm run mediasoup:worker)."
  type        = bool
  default     = true
}
