"""What several rooms say to people: the dashboard, the report and the commands say it in the same words."""
