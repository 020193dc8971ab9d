"""Défauts du message ORU envoyé à la plateforme d'intermédiation : chacun change un seul endroit du message écrit."""

from __future__ import annotations

from simulators.logiciel_temoin.mutations import Mutation


def _oru(description: str, cible: str, valeur: str) -> Mutation:
    return Mutation(description, "oru", cible, "remplacer", valeur)


ORU: dict[str, Mutation] = {
    "oru_jeu_ascii": _oru(
        "Le message a des accents et se dit en ASCII.",
        r"^(MSH\|\^~\\&\|)[^|]*([^\r]*)UNICODE UTF-8",
        r"\1LABO D'ÉTÉ\2ASCII",
    ),
    "oru_jeu_libre": _oru("Le jeu de caractères n'est pas nommé comme le volet le veut.", "UNICODE UTF-8", "UTF-8"),
    "oru_donnee_coupee": _oru("Le base64 du document est coupé en lignes.", r"(XML\^Base64\^[^|]{76})", "\\1\r"),
    "oru_sans_destinataire_msh": _oru("MSH ne nomme pas l'application réceptrice.", r"\|PFI\|PFI\|", "||PFI|"),
    "oru_type_incomplet": _oru("MSH-9 n'a pas sa structure de message.", r"\|ORU\^R01\^ORU_R01\|", "|ORU^R01|"),
    "oru_pays": _oru("MSH-17 n'est pas FRA.", r"\|FRA\|", "|FR|"),
    "oru_profil": _oru("MSH-21 annonce un profil local.", r"2\.1\^CISIS_CDA_HL7_V2", "1.0^LOCAL"),
    "oru_profil_sans_version": _oru("MSH-21 n'annonce pas la version du volet.", r"2\.1\^CISIS", "^CISIS"),
    "oru_valeur_sans_type": _oru("Une valeur d'OBX-5 n'a pas de type en OBX-2.", r"(\rOBX\|\d+\|)CE\|", r"\1|"),
    "oru_identifiant_sans_numero": _oru(
        "Le premier identifiant du patient n'a pas de numéro.", r"(\rPID\|\|\|)[^|^~]*\^", r"\1^"
    ),
    "oru_sans_identifiant": _oru("Le message n'a pas d'identifiant (MSH-10).", r"(ORU_R01\|)[^|]+(\|P\|)", r"\1\2"),
    "oru_obr_vide": _oru("OBR ne dit pas l'examen.", r"\rOBR\|1\|\|\|[^\r]*", "\rOBR|1"),
    "oru_cle_fausse": _oru(
        "PID-3 porte un matricule dont la clé est fausse.", r"(\d{13})\d\d(\^\^\^ASIP)", r"\g<1>00\2"
    ),
    "oru_sans_ins": _oru(
        "Le message d'un document pour le DMP ne porte pas l'INS.", r"~\d[^~|^]*\^\^\^[^~|]*&ISO\^INS", ""
    ),
    "oru_naissance_fausse": _oru(
        "PID-7 n'est pas la date de naissance du patient.", r"(\rPID(?:\|[^|\r]*){6}\|)[^|\r]*", r"\g<1>19010101"
    ),
    "oru_sexe_faux": _oru("PID-8 dit un sexe inconnu.", r"(\rPID(?:\|[^|\r]*){7}\|)[^|\r]*", r"\g<1>O"),
    "oru_lieu_faux": _oru("PID-11 donne un autre lieu de naissance.", r"\^BDL\^\^[0-9AB]{5}", "^BDL^^99350"),
    "oru_sans_nom": _oru("PID-5 est vide.", r"(\rPID\|\|\|[^|]*\|\|)[^|]*", r"\1"),
    "oru_sans_venue": _oru("Le patient est dit hospitalisé, sans numéro de venue.", r"\rPV1\|1\|N", "\rPV1|1|I"),
    "oru_document_triple": _oru("Le document est trois fois dans le message.", r"(OBX\|1\|ED[^\r]*\r)", r"\1\1\1"),
    "oru_forme_fausse": _oru("La donnée ne s'annonce pas TEXT.", r"\^TEXT\^XML\^Base64", "^APPLICATION^XML^Base64"),
    "oru_second_document_faux": _oru(
        "Un second document du message n'est pas du XML.",
        r"(OBX\|1\|ED\|([^|]*)\|[^\r]*\r)",
        "\\1OBX|2|ED|\\2||^TEXT^XML^Base64^QUJDRA==||||||F\r",
    ),
    "oru_type_different": _oru(
        "OBR-4 et OBX-3 ne disent pas le même type de document.", r"(\rOBR\|1\|\|\|)[^\r]*", r"\g<1>34133-9^Synthese^LN"
    ),
    "oru_type_autre": _oru("Le message annonce un autre type que celui du CDA.", r"11502-2\^", "11490-0^"),
    "oru_meta_absente": _oru("La demande d'accusé de lecture manque.", r"OBX\|\d+\|CE\|ACK_LECTURE_MSS[^\r]*\r", ""),
    "oru_meta_desordre": _oru(
        "Les métadonnées ne sont pas dans l'ordre du volet.",
        r"(OBX\|2\|CE\|)(MASQUE_PS[^\r]*)\r(OBX\|3\|CE\|)(INVISIBLE_PATIENT[^\r]*)",
        "\\1\\4\r\\3\\2",
    ),
    "oru_meta_valeur": _oru(
        "Les métadonnées sont codées dans une nomenclature locale.", r"\^\^expandedYes-NoIndicator", "^^OUI-NON"
    ),
    "oru_meta_inconnue": _oru("Une métadonnée porte un code inconnu.", r"MODIF_CONF_CODE\^MODIF_CONF_CODE", "MODIF^M"),
    "oru_sans_expediteur": _oru("Le message ne dit pas qui l'expédie au DMP.", r"PRT\|\|UC\|\|SB[^\r]*\r", ""),
    "oru_sans_destinataires": _oru("Le message ne nomme aucun destinataire.", r"PRT\|\|UC\|\|RCT[^\r]*\r", ""),
    "oru_demande_autre": _oru("ORC demande un remplacement pour un document initial.", r"\rORC\|NW", "\rORC|RO"),
}
