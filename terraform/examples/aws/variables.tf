variable "region" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "zones" {
  description = "By the name that rooms may ask for. Private subnets reach the internet by a NAT gateway."
  type = map(object({
    public_subnet_id  = string
    private_subnet_id = string
  }))
}

variable "nodes_per_zone" {
  type    = number
  default = 3
}

variable "image_id" {
  description = "An image of yours: systemd, the AWS command line, Node 20, RoomLB as /usr/local/bin/roomlb, and mediasoup with its worker."
  type        = string
}

variable "domain" {
  description = "VIPs are A.DOMAIN, B.DOMAIN, … of this public zone; the certificate is for *.DOMAIN."
  type        = string
}

variable "public_zone_id" {
  type = string
}

variable "certificate_arn" {
  type = string
}

variable "api" {
  description = "The name of the API inside the VPC, its private zone, and its certificate."
  type = object({
    name            = string
    private_zone_id = string
    certificate_arn = string
  })
}

variable "secrets" {
  description = "Of Secrets Manager, made by hand: the password of Redis, and the tokens file (lines of `roomlb token new`)."
  type = object({
    redis_arn  = string
    tokens_arn = string
    # Tokens of nodes: PREFIX/NODE each, of the scopes read, rooms:write and nodes:report, and for that node alone.
    node_prefix = string
  })
}
