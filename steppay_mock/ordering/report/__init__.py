"""How is a finding named, told and drawn?"""
