"""Fabrique de messages ORU et MDM d'essai, portant un CDA fictif ; chaque morceau se change par son nom."""

from __future__ import annotations

import base64

from tests.verifications.cda.fabrique import MATRICULE, OID_TEST, cda, remplace

TYPE = "11502-2^CR d'examens biologiques^LN"
INS = f"{MATRICULE}^^^ASIP-SANTE-INS-NIR&{OID_TEST}&ISO^INS"
IPP = "IPP1^^^LABO&1.2.250.1.213.99.1.7&ISO^PI"
SB = (
    "PRT||UC||SB^Send by^participation|899900000017^BIOLOGUE^ALIX^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    "|||LABO^^^^^ASIP-SANTE-ST&1.2.250.1.71.4.2.2&ISO^FINEG^^^1990000001"
)
RCT = "PRT||UC||RCT^Results Copies To^participation|||||||||||^^X.400^medecin@test.mssante.test"
METAS = {
    "MASQUE_PS": "N", "INVISIBLE_PATIENT": "N", "INVISIBLE_REP_LEGAUX": "N", "CONNEXION_SECRETE": "N",
    "MODIF_CONF_CODE": "N", "DESTDMP": "Y", "DESTMSSANTEPS": "Y", "DESTMSSANTEPAT": "N", "ACK_RECEPTION": "Y",
    "ACK_LECTURE_MSS": "N",
}  # fmt: skip
ORU = {
    "msh": "MSH|^~\\&|SIL|LABO|PFI|CHU|20261120103000||ORU^R01^ORU_R01|M1|T|2.5|||||FRA|UNICODE UTF-8"
    "|||2.1^CISIS_CDA_HL7_V2",
    "evn": "",
    "pid": f"PID|||{INS}~{IPP}||D'ÉTÉ-DURAND^ANNE^ANNE MARIE^^^^L||19901231|F|||^^^^^^BDL^^99999",
    "pv1": "PV1|1|O|||||||||||||||||V1^^^LABO&1.2.250.1.213.99.1.8&ISO^VN",
    "orc": "ORC|NW",
    "obr": f"OBR|1|||{TYPE}",
    "txa": "",
    "obx_type": TYPE,
    "obx_forme": "^TEXT^XML^Base64",
    "statut": "F",
    "prt": f"{SB}\r{RCT}",
    "ajout": "",
}
MDM = {
    **ORU,
    "msh": ORU["msh"].replace("ORU^R01^ORU_R01", "MDM^T02^MDM_T02").replace("|2.5|", "|2.6|"),
    "evn": "EVN||20261120103000",
    "txa": "TXA|1|11502-2|TEXT|||||||||1.2.250.1.213.99.1.100.1|||||AU",
    "obx_forme": "^text^XML^Base64",
}
REMPLACANT = cda(
    id='<id root="1.2.250.1.213.99.1.100.2"/>', versionNumber='<versionNumber value="2"/>',
    relatedDocument=remplace("1.2.250.1.213.99.1.100.1"),
)  # fmt: skip


def message(
    base: dict[str, str] = ORU,
    *,
    document: bytes | None = None,
    donnee: str | None = None,
    metas: dict[str, str] | None = None,
    lignes_metas: str | None = None,
    **morceaux: str,
) -> str:
    """Le message, segments séparés par CR. `donnee` : OBX-5.5 tel quel, à la place du base64 de `document`."""
    if inconnus := set(morceaux) - set(base):
        raise KeyError(f"morceaux inconnus : {inconnus}")
    m = {**base, **morceaux}
    encode = base64.b64encode(cda() if document is None else document).decode() if donnee is None else donnee
    obx = f"OBX|1|ED|{m['obx_type']}||{m['obx_forme']}^{encode}||||||{m['statut']}"
    genre = "CWE" if "MDM^" in m["msh"] else "CE"
    lignes = lignes_metas if lignes_metas is not None else ecrire_metas({**METAS, **(metas or {})}, genre)
    segments = (m["msh"], m["evn"], m["pid"], m["pv1"], m["orc"], m["obr"], m["txa"], obx, m["prt"], lignes, m["ajout"])
    return "\r".join(segment for segment in segments if segment) + "\r"


def ecrire_metas(metas: dict[str, str], genre: str = "CE", debut: int = 2) -> str:
    """Les OBX des métadonnées, numérotés à la suite du document ; une valeur vide retire la métadonnée."""
    presentes = [(code, valeur) for code, valeur in metas.items() if valeur]
    return "\r".join(
        f"OBX|{debut + rang}|{genre}|{code}^{code}^MetaDMPMSS||{valeur}^^expandedYes-NoIndicator||||||F"
        for rang, (code, valeur) in enumerate(presentes)
    )


def changer_separateurs(texte: str, champ: str = "#", composant: str = "*", sous: str = "%") -> str:
    """Le même message, dans d'autres séparateurs."""
    debut, reste = texte[:8], texte[8:]
    assert debut == "MSH|^~\\&"
    for ancien, nouveau in (("|", champ), ("^", composant), ("&", sous)):
        assert nouveau not in reste, nouveau
        reste = reste.replace(ancien, nouveau)
    return f"MSH{champ}{composant}~\\{sous}{reste}"


def deux_demandes() -> str:
    """Un ORU de deux demandes, chacune avec son document et ses métadonnées."""
    texte = message()
    return texte + texte[texte.index("ORC|") :].replace("OBR|1|", "OBR|2|", 1)


def par_mllp(*textes: str) -> bytes:
    """Les messages, chacun dans son cadre MLLP."""
    return b"".join(b"\x0b" + texte.encode() + b"\x1c\r" for texte in textes)


def remplacement(base: dict[str, str] = ORU, **choix: object) -> str:
    """Une demande de remplacement, conforme."""
    txa = MDM["txa"].replace("100.1|", "100.2|1.2.250.1.213.99.1.100.1", 1) if base is MDM else ""
    valeurs = {"orc": "ORC|RO", "statut": "C", "txa": txa, "msh": base["msh"].replace("^T02^", "^T10^")}
    return message(base, **{"document": REMPLACANT, **valeurs, **choix})  # type: ignore[arg-type]
