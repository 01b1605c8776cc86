"""What the requests and answers of serverless endpoints have in common: sampling fields, tools, JSON, envelopes."""
