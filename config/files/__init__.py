"""What may stand in each file, as pydantic models: its shape and scalars. Names are looked up afterwards."""
