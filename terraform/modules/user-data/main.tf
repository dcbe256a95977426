locals {
  # systemd reads words in double quotes with the escapes of C, as JSON has them; % and $ mean something of their own.
  words = [for word in var.command : replace(replace(jsonencode(word), "%", "%%"), "$", "$$")]

  drop_in = join("\n", concat(
    [
      "# Made by Terraform, beside the unit that RoomLB comes with.",
      "[Service]",
      "ExecStart=",
      "ExecStart=${join(" ", local.words)}",
      # Where secrets are brought as variables: root reads it, before it becomes the service's user.
      "EnvironmentFile=",
      "EnvironmentFile=-${var.environment_file}",
    ],
    [for name, value in var.environment : "Environment=${replace(jsonencode("${name}=${value}"), "%", "%%")}"],
    # A user that lasts, so that secrets can be made readable for it and nobody else.
    flatten([for user in var.user[*] : ["DynamicUser=no", "User=${user}", "Group=${user}"]]),
    var.drop_in,
    [""],
  ))

  plain = merge(
    { for name, content in var.unit_files : "/etc/systemd/system/${name}" => content },
    { "/etc/systemd/system/${var.unit}.d/terraform.conf" = local.drop_in },
    var.files,
  )

  # Path → content and mode; all are root's.
  written = merge(
    { for path, content in local.plain : path => { content = content, mode = "0644" } },
    { for path, content in var.scripts : path => { content = content, mode = "0755" } },
  )

  # Its schema refuses an empty list.
  packages = { for name, value in { package_update = true, packages = var.packages } : name => value if length(var.packages) > 0 }

  cloud_config = merge(local.packages, {
    users = concat(["default"], [for user in var.user[*] : {
      name           = user
      system         = true
      no_create_home = true
      shell          = "/usr/sbin/nologin"
    }])
    # Base64, so that no content can be taken for YAML.
    write_files = [for path, file in local.written : {
      path        = path
      permissions = file.mode
      encoding    = "b64"
      content     = base64encode(file.content)
    }]
    runcmd = concat(var.prepare, [
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", "--now", var.unit],
    ])
  })
}
