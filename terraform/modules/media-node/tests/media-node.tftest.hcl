variables {
  node        = "sfu-1"
  dispatchers = ["https://lb-1.example.net", "https://lb-2.example.net"]
}

run "what_the_unit_runs" {
  command = plan
  variables {
    token_file  = "/etc/roomlb/token"
    arguments   = ["--log-level", "debug"]
    environment = { NODE_OPTIONS = "--max-old-space-size=512 100%" }
    drain_limit = 3600
  }
  assert {
    condition     = strcontains(output.files["/etc/systemd/system/${output.unit}.d/terraform.conf"].content, "ExecStart=\nExecStart=\"/usr/local/bin/roomlb\" \"media-node\" \"sfu-1\" \"--dispatcher\" \"https://lb-1.example.net\" \"https://lb-2.example.net\" \"--token-file\" \"/etc/roomlb/token\" \"--drain-limit\" \"3600\" \"--log-level\" \"debug\"\n")
    error_message = output.files["/etc/systemd/system/${output.unit}.d/terraform.conf"].content
  }
  assert {
    condition     = strcontains(output.files["/etc/systemd/system/${output.unit}.d/terraform.conf"].content, "\nEnvironment=\"NODE_OPTIONS=--max-old-space-size=512 100%%\"\n")
    error_message = "systemd takes % for the beginning of a specifier."
  }
  assert {
    condition     = strcontains(output.files["/etc/systemd/system/${output.unit}.d/terraform.conf"].content, "\nTimeoutStopSec=3630\n")
    error_message = "systemd has to wait for longer than the node drains."
  }
  assert {
    condition     = output.unit == "roomlb-media-node@sfu-1.service" && contains(keys(output.files), "/etc/systemd/system/roomlb-media-node@.service")
    error_message = "The unit of the repository goes along, as a template of units."
  }
}

run "user_data_is_cloud_config" {
  command = plan
  variables {
    packages = ["nodejs"]
    prepare  = [["npm", "install", "--global", "/opt/roomlb.tgz"]]
    files    = { "/etc/motd" = "a: \"b\"\n# {{ c }}\n" }
  }
  assert {
    condition     = startswith(output.user_data, "#cloud-config\n")
    error_message = "cloud-init knows it by its first line."
  }
  assert {
    condition     = yamldecode(output.user_data).runcmd == [["npm", "install", "--global", "/opt/roomlb.tgz"], ["systemctl", "daemon-reload"], ["systemctl", "enable", "--now", "roomlb-media-node@sfu-1.service"]]
    error_message = "What is to be prepared comes before the service."
  }
  assert {
    condition     = { for file in yamldecode(output.user_data).write_files : file.path => base64decode(file.content) } == { for path, file in output.files : path => file.content }
    error_message = "The files of both outputs are the same."
  }
}

run "a_node_with_dsr_is_set_up_before" {
  command = plan
  variables {
    node_setup = "#!/bin/sh\nexit 0\n"
  }
  assert {
    condition     = output.files["/usr/local/sbin/roomlb-node-setup"].mode == "0755"
    error_message = "The script can be run."
  }
  assert {
    condition     = strcontains(output.files["/etc/systemd/system/${output.unit}.d/terraform.conf"].content, "\nExecStartPre=+/usr/local/sbin/roomlb-node-setup sfu-1\n")
    error_message = "It runs as root, before the node."
  }
}

run "an_id_that_would_be_more_than_an_id" {
  command = plan
  variables { node = "sfu-1\nExecStart=/bin/true" }
  expect_failures = [var.node]
}

run "an_address_that_is_none" {
  command = plan
  variables { dispatchers = ["lb-1.example.net:8080"] }
  expect_failures = [var.dispatchers]
}

run "an_address_with_a_password" {
  command = plan
  variables { dispatchers = ["https://me:secret@lb-1.example.net"] }
  expect_failures = [var.dispatchers]
}

run "an_argument_with_a_line_break" {
  command = plan
  variables { arguments = ["--log-level", "debug\nUser=root"] }
  expect_failures = [var.arguments]
}

run "a_variable_with_a_line_break" {
  command = plan
  variables { environment = { A = "b\nUser=root" } }
  expect_failures = [var.environment]
}

run "two_ways_to_show_who_it_is" {
  command = plan
  variables {
    token_file     = "/etc/roomlb/token"
    enrolment_file = "/etc/roomlb/enrolment"
  }
  expect_failures = [var.enrolment_file]
}
