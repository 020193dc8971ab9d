"""Défauts des messages HL7 et des éditions."""

from __future__ import annotations

from simulators.logiciel_temoin.mutations import Mutation


def _hl7(description: str, cible: str, valeur: str) -> Mutation:
    return Mutation(description, "hl7", cible, "remplacer", valeur)


def _datamatrix(description: str, cible: str, valeur: str) -> Mutation:
    return Mutation(description, "datamatrix", cible, "remplacer", valeur)


def _ligne(description: str, cible: str, valeur: str) -> Mutation:
    return Mutation(description, "edition", cible, "remplacer", valeur)


HL7: dict[str, Mutation] = {
    "hl7_ins_absent": _hl7(
        "Les messages émis ne portent pas l'INS d'une identité qualifiée.", r"~\d[^~|^]*\^\^\^[^~|]*&ISO\^INS", ""
    ),
    "hl7_oid_faux": _hl7(
        "Les messages émis portent un OID d'INS faux.",
        r"&1\.2\.250\.1\.213\.1\.4\.\d+(?=&ISO\^INS)",
        "&1.2.250.1.213.1.4.2",
    ),
    "hl7_pid32_prov": _hl7("PID-32 vaut toujours PROV.", r"\|VALI(?=\r)", "|PROV"),
    "hl7_pid32_qual": _hl7(
        "PID-32 vaut QUAL pour une identité qualifiée.", r"(PID\|[^\r]*\^INS\|[^\r]*\|)VALI(?=\r)", r"\1QUAL"
    ),
    "hl7_sans_pid": _hl7("Les messages émis n'ont pas de segment PID.", r"\rPID\|", r"\rZPI|"),
    "hl7_matricule_sans_cle": _hl7("PID-3 porte le matricule sans sa clé.", r"(\d{13})\d\d\^\^\^ASIP", r"\1^^^ASIP"),
    "hl7_type_identifiant_faux": _hl7("PID-3 porte l'INS sous le type NH.", r"&ISO\^INS", r"&ISO^NH"),
    "hl7_evenement_a08": _hl7("Une modification d'identité est annoncée par un A08.", r"ADT\^A31", r"ADT^A08"),
    "hl7_nom_ancien": _hl7("PID-5 ne porte qu'un nom constant.", r"(\|\|)[^|^]+(\^[^|]*\^L)", r"\1ANONYME\2"),
}

EDITION: dict[str, Mutation] = {
    "datamatrix_version_fausse": _datamatrix("L'en-tête du datamatrix est inconnu.", r"^IS01", "IX01"),
    "datamatrix_prenom_utilise": _datamatrix("S3 ne porte pas les prénoms de naissance.", r"S3[^\x1d]*", "S3ALEX"),
    "datamatrix_nom_faux": _datamatrix("S4 ne porte pas le nom de naissance.", r"S4[^\x1d]*", "S4ANONYME"),
    "datamatrix_sexe_indetermine": _datamatrix("S5 vaut I.", r"S5[MF]", "S5I"),
    "datamatrix_lieu_inconnu": _datamatrix("S7 vaut toujours 99999.", r"S7.*$", "S799999"),
    "pdf_matricule_libelle_ambigu": _ligne(
        "Le matricule INS est imprimé sous le libellé « Numéro ».", r"^Matricule INS :", "Numéro :"
    ),
    "pdf_sans_nom": _ligne("Les éditions n'affichent pas le nom de naissance.", r"^Nom de naissance :.*", ""),
    "pdf_sans_premier_prenom": _ligne(
        "Les éditions n'affichent pas le premier prénom de naissance.", r"^1er prénom de naissance :.*", ""
    ),
    "pdf_sans_date_naissance": _ligne(
        "Les éditions n'affichent pas la date de naissance.", r"^Date de naissance :.*", ""
    ),
    "pdf_nom_utilise_libelle_ambigu": _ligne(
        "Le nom utilisé est imprimé sous le libellé « Usage ».", r"^Nom utilisé :", "Usage :"
    ),
    "pdf_prenom_utilise_absent": _ligne(
        "Les éditions n'affichent jamais le prénom utilisé.", r"^Prénom utilisé :.*", ""
    ),
    "pdf_lieu_absent": _ligne(
        "Les éditions n'affichent jamais le lieu de naissance.", r"^Lieu de naissance - Code INSEE :.*", ""
    ),
}
