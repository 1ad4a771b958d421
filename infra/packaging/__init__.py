"""From `chalice package` to the template that is deployed: functions as images, and the fragments of infra/template."""
