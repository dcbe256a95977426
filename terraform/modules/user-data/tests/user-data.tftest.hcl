variables {
  unit             = "a.service"
  unit_files       = { "a.service" = "[Service]\nExecStart=/bin/true\n" }
  command          = ["/bin/echo", "a b", "\"", "\\", "100%", "$HOME", "<&>", "ü"]
  environment_file = "/etc/a.env"
  environment      = { A = "x 1% $y \"z\"" }
  files            = { "/etc/a" = "1" }
  scripts          = { "/usr/local/sbin/a" = "#!/bin/sh\n" }
  packages         = []
  prepare          = []
}

run "words_are_what_systemd_reads_as_words" {
  command = plan
  # systemd.service(5), COMMAND LINES: quotes, escapes as in C, %% for %, $$ for $.
  assert {
    condition     = strcontains(output.files["/etc/systemd/system/a.service.d/terraform.conf"].content, "\nExecStart=\nExecStart=\"/bin/echo\" \"a b\" \"\\\"\" \"\\\\\" \"100%%\" \"$$HOME\" \"\\u003c\\u0026\\u003e\" \"ü\"\n")
    error_message = output.files["/etc/systemd/system/a.service.d/terraform.conf"].content
  }
  # systemd.exec(5), Environment=: $ means nothing there.
  assert {
    condition     = strcontains(output.files["/etc/systemd/system/a.service.d/terraform.conf"].content, "\nEnvironment=\"A=x 1%% $y \\\"z\\\"\"\n")
    error_message = output.files["/etc/systemd/system/a.service.d/terraform.conf"].content
  }
  assert {
    condition     = { for path, file in output.files : path => file.mode if !startswith(path, "/etc/systemd") } == { "/etc/a" = "0644", "/usr/local/sbin/a" = "0755" }
    error_message = "Scripts can be run, and nothing else."
  }
}

run "nothing_is_installed_where_nothing_is_asked_for" {
  command = plan
  assert {
    condition     = !strcontains(output.user_data, "package")
    error_message = output.user_data
  }
}

run "a_unit_may_have_its_own_user" {
  command = plan
  variables { user = null }
  assert {
    condition     = !strcontains(output.files["/etc/systemd/system/a.service.d/terraform.conf"].content, "User=") && yamldecode(output.user_data).users == ["default"]
    error_message = output.files["/etc/systemd/system/a.service.d/terraform.conf"].content
  }
}
