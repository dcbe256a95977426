output "user_data" {
  description = "For cloud-init (#cloud-config)."
  value       = module.user_data.user_data
}

output "files" {
  description = "The same for whatever else brings files to machines: path → content and mode, all of root."
  value       = module.user_data.files
}

output "unit" {
  description = "Name of the unit."
  value       = local.unit
}
