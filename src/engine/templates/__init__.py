"""What templates of every sort share: versions, copies, whom they name. Each sort is beside what it makes."""
