"""What the process around the app needs: readiness, warm start, headers, compression."""
