"""Messages HL7 v2 : variantes valides sans alerte, un défaut par mutant et le bon code, fichiers hostiles bornés."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.verdict import Verdict
from simulators.socle.identites import cle_nir
from steps.controle.examens.hl7v2 import examiner_hl7v2
from steps.controle.modele import ContexteControle, Examen
from steps.verifications.registre import REGLES
from tests.controle.aides_examens import HOSTILE_S, en_cause, en_texte, propre
from tests.controle.hl7v2 import fabrique as f
from tests.verifications.cda.fabrique import MATRICULE, cda

CONTEXTE = ContexteControle()
_CDA = base64.b64encode(cda()).decode()


def _examiner(texte: str | bytes) -> Examen:
    return examiner_hl7v2(texte.encode() if isinstance(texte, str) else texte, CONTEXTE)


def _oru(**choix: object) -> Callable[[], bytes]:
    return lambda: f.message(**choix).encode()  # type: ignore[arg-type]


def _mdm(**choix: object) -> Callable[[], bytes]:
    return lambda: f.message(f.MDM, **choix).encode()  # type: ignore[arg-type]


def _change(ancien: str, nouveau: str, base: dict[str, str] = f.ORU) -> Callable[[], bytes]:
    def fabriquer() -> bytes:
        texte = f.message(base)
        assert ancien in texte, ancien
        return texte.replace(ancien, nouveau, 1).encode()

    return fabriquer


VALIDES: dict[str, Callable[[], bytes]] = {
    "ORU": _oru(),
    "MDM": _mdm(),
    "CRLF": lambda: f.message().replace("\r", "\r\n").encode(),
    "LF": lambda: f.message().replace("\r", "\n").encode(),
    "sans fin de ligne": lambda: f.message().rstrip("\r").encode(),
    "BOM": lambda: b"\xef\xbb\xbf" + f.message().encode(),
    "MLLP": lambda: f.par_mllp(f.message()),
    "deux trames MLLP": lambda: f.par_mllp(f.message(), f.message(f.MDM)),
    "8859/15": lambda: f.message().replace("UNICODE UTF-8", "8859/15").encode("iso-8859-15"),
    "séparateurs libres": lambda: f.changer_separateurs(f.message()).encode(),
    "segment Z": _oru(ajout="ZFA|ACTIF|20261120"),
    "lot": lambda: f"FHS|^~\\&\rBHS|^~\\&\r{f.message()}{f.message(f.MDM)}BTS|2\rFTS|1\r".encode(),
    "remplacement ORU": lambda: f.remplacement().encode(),
    "remplacement MDM": lambda: f.remplacement(f.MDM).encode(),
    "suppression ORU": _oru(orc="ORC|CA", statut="D"),
    "suppression MDM": _mdm(orc="ORC|CA", statut="D", msh=f.MDM["msh"].replace("^T02^", "^T04^")),
    "base64 sans remplissage": _oru(donnee=_CDA.rstrip("=")),
    "base64 échappé par lignes": _oru(donnee="\\.br\\".join(_CDA[i : i + 76] for i in range(0, len(_CDA), 76))),
    "nom échappé": _change("D'ÉTÉ-DURAND^ANNE", "D'\\XC389\\T\\XC389\\-DURAND^ANNE"),
    "sans venue, classe N": _oru(pv1="PV1|1|N"),
    "MSSanté seul": _oru(metas={"DESTDMP": "N"}, prt=f.RCT),
    "DMP seul": _oru(metas={"DESTMSSANTEPS": "N"}, prt=f.SB),
    "modification de confidentialité": lambda: f.remplacement(document=cda(), metas={"MODIF_CONF_CODE": "Y"}).encode(),
    "corps de courriel": _oru(ajout="OBX|12|ED|CORPSMAIL_PS^Corps^MetaDMPMSS||^TEXT^^Base64^Qm9uam91ciDDqQ==||||||F"),
    "invisible au patient": _oru(metas={"INVISIBLE_PATIENT": "Y"}),
    "masqué, pour le DMP seul": _oru(metas={"MASQUE_PS": "Y", "DESTMSSANTEPS": "N"}),
    "deux demandes": lambda: f.deux_demandes().encode(),
    "deux profils annoncés": _change("|||2.1^CISIS_CDA_HL7_V2", "|||2.11^IHE_FRANCE-2.11-PAM~2.1^CISIS_CDA_HL7_V2"),
    "résultat avec une image, sans profil": lambda: (
        "MSH|^~\\&|RIS|CHU|DPI|CHU|20261120||ORU^R01^ORU_R01|1|T|2.5|||||FRA|UNICODE UTF-8\r"
        f"{f.ORU['pid']}\rORC|RE\rOBR|1|||X^y^L\rOBX|1|ED|X^y^L||^IM^JPEG^Base64^/9j/4AAQ||||||F\r"
    ).encode(),
    "CDA sans naissance ni INS": lambda: f.message(
        document=cda(ids_patient='<id root="1.2.250.1.213.99.1.7" extension="IPP1"/>', naissance=""),
        pid=f.ORU["pid"].replace(f"{f.INS}~", ""),
        metas={"DESTDMP": "N"},
    ).encode(),
    "OBR-25 validé": _oru(obr=f"OBR|1|||{f.TYPE}|||||||||||||||||||||F"),
    "identité sans document": lambda: (
        "MSH|^~\\&|GAM|CHU|DPI|CHU|20261120||ADT^A28^ADT_A05|1|T|2.5|||||FRA|UNICODE UTF-8\rEVN||20261120\r"
        f"{f.ORU['pid']}\rPV1|1|N\r"
    ).encode(),
    "acquittement": lambda: b"MSH|^~\\&|PFI|CHU|SIL|LABO|20261120||ACK^R01^ACK|2|T|2.5\rMSA|AA|M1\r",
}


@cache
def _valide(nom: str) -> Examen:
    return _examiner(VALIDES[nom]())


@cache
def _mutant(nom: str) -> Examen:
    return _examiner(MUTANTS[nom][0]())


@pytest.mark.parametrize("version", ["2.0", "2.2", "3.0"])
def test_une_autre_version_du_volet_va_a_une_personne(version: str) -> None:
    """Ses écarts au volet 2.1 sont à vérifier, et le disent ; ce qui ne vient pas du volet reste jugé."""
    autre = f"{version}^CISIS".encode()
    ecarts = _examiner(_oru(orc="ORC|RO")().replace(b"2.1^CISIS", autre))
    (demande,) = [c for c in ecarts.constats if c.code == "HL7-ORC-01"]
    assert demande.verdict is Verdict.A_VERIFIER and f"la version {version} du volet" in demande.message
    structure = _examiner(_oru(ajout="AL1|1")().replace(b"2.1^CISIS", autre))
    assert any(c.code == "HL7-STR-01" and c.verdict is Verdict.NON_CONFORME for c in structure.constats)
    precise = _examiner(_oru(orc="ORC|RO")().replace(b"2.1^CISIS", b"2.1.3^CISIS"))
    assert any(c.code == "HL7-ORC-01" and c.verdict is Verdict.NON_CONFORME for c in precise.constats)


@pytest.mark.parametrize("nom", VALIDES)
def test_valide(nom: str) -> None:
    """Un message conforme, ou une variante légitime, ne lève aucune alerte."""
    examen = _valide(nom)
    assert propre(examen) is Verdict.CONFORME, en_texte(examen)


def test_le_document_est_examine() -> None:
    """Le CDA porté est décodé et jugé par l'examinateur des CDA, et compte dans le verdict."""
    examen = _examiner(f.message(document=cda(ids_patient=cda_sans_cle())))
    assert [nom for nom, _ in examen.inclus] == ["OBX-1"]
    assert "CDA-PAT-03" in en_cause(examen.inclus[0][1])
    assert examen.verdict is Verdict.NON_CONFORME


def cda_sans_cle() -> str:
    """Identifiants du patient, clé du matricule fausse."""
    ins = f'<id root="1.2.250.1.213.1.4.10" extension="{MATRICULE[:-2]}00"/>'
    return f'{ins}<id root="1.2.250.1.213.99.1.7" extension="IPP1"/>'


def test_chaque_message_du_lot_est_situe() -> None:
    """Dans un lot, un constat dit dans quel message."""
    texte = f"BHS|^~\\&\r{f.message()}{f.message(pv1='PV1|1')}BTS|2\r"
    [constat] = [c for c in _examiner(texte).constats if c.code == "HL7-PV1-01" and c.attendu]
    assert constat.ou == "message 2, PV1"


def _autre(ancien: str, nouveau: str) -> str:
    assert ancien in f.ORU["pid"]
    return f.ORU["pid"].replace(ancien, nouveau, 1)


_N1 = base64.b64encode(cda("N1", id='<id root="1.2.250.1.213.99.1.200.1"/>')).decode()
_PAIRE = f.message().replace("\rOBX|2|", f"\rOBX|2|ED|{f.TYPE}||^TEXT^XML^Base64^{_N1}||||||F\rOBX|2|", 1)
VALIDES["paire N3 et N1"] = lambda: _renumeroter(_PAIRE).encode()


def _renumeroter(texte: str) -> str:
    rang, lignes = 0, []
    for ligne in texte.split("\r"):
        if ligne.startswith("OBX|"):
            rang += 1
            ligne = f"OBX|{rang}|{ligne.split('|', 2)[2]}"
        lignes.append(ligne)
    return "\r".join(lignes)


MUTANTS: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "MLLP non fermé": (lambda: b"\x0b" + f.message().encode(), {"HL7-ENV-02"}),
    "octets latins annoncés UTF-8": (lambda: f.message().encode("iso-8859-15"), {"HL7-ENV-03"}),
    "accents sans MSH-18": (_change("UNICODE UTF-8", "ASCII"), {"HL7-ENV-03", "HL7-MSH-04"}),
    "accents sans jeu annoncé": (_change("UNICODE UTF-8", ""), {"HL7-ENV-03", "HL7-MSH-04"}),
    "UTF-8 annoncé 8859/15": (_change("UNICODE UTF-8", "8859/15"), {"HL7-ENV-04"}),
    "BTS faux": (lambda: f"BHS|^~\\&\r{f.message()}BTS|3\r".encode(), {"HL7-ENV-05"}),
    "FTS faux": (lambda: f"FHS|^~\\&\rBHS|^~\\&\r{f.message()}BTS|1\rFTS|4\r".encode(), {"HL7-ENV-05"}),
    "base64 coupé par des lignes": (
        _oru(donnee="\r".join(_CDA[i : i + 2000] for i in range(0, len(_CDA), 2000))),
        {"HL7-ENV-06"},
    ),
    "segment inattendu": (_oru(ajout="AL1|1"), {"HL7-STR-01"}),
    "OBX sans OBX-3": (
        _change("OBX|5|CE|CONNEXION_SECRETE^CONNEXION_SECRETE^MetaDMPMSS|", "OBX|5|CE||"),
        {"HL7-STR-01", "HL7-MET-01"},
    ),
    "MSH-6 vide": (_change("|PFI|CHU|", "|PFI||"), {"HL7-MSH-01"}),
    "MSH-11 inconnu": (_change("|M1|T|", "|M1|X|"), {"HL7-VAL-02"}),
    "ORU en 2.6": (_change("|T|2.5|", "|T|2.6|"), {"HL7-MSH-02"}),
    "MSH-9.3 absent": (_change("ORU^R01^ORU_R01", "ORU^R01"), {"HL7-MSH-02"}),
    "pays absent": (_change("|FRA|", "||"), {"HL7-MSH-03"}),
    "jeu 8859/1": (lambda: f.message().replace("UNICODE UTF-8", "8859/1").encode("iso-8859-1"), {"HL7-MSH-04"}),
    "code de message absent": (_change("ORU^R01^ORU_R01", "^R01^ORU_R01"), {"HL7-MSH-02", "HL7-MSH-06"}),
    "type hors du volet": (_change("ORU^R01^ORU_R01", "OUL^R22^OUL_R22"), {"HL7-MSH-02", "HL7-STR-01"}),
    "profil sans version": (_change("2.1^CISIS_CDA_HL7_V2", "^CISIS_CDA_HL7_V2"), {"HL7-MSH-05"}),
    "valeur sans type": (_change("|CE|MASQUE_PS", "||MASQUE_PS"), {"HL7-MET-03", "HL7-VAL-04"}),
    "profil absent": (_change("|||2.1^CISIS_CDA_HL7_V2", ""), {"HL7-MSH-05"}),
    "PID-5 vide": (
        _oru(pid=_autre("D'ÉTÉ-DURAND^ANNE^ANNE MARIE^^^^L", "")),
        {"HL7-PID-01", "HL7-TRT-01", "HL7-STR-01"},
    ),
    "clé de l'INS fausse": (
        _oru(pid=_autre("0192^", "0100^"), document=cda(ids_patient=cda_sans_cle())),
        {"HL7-INS-06"},
    ),
    "INS sous OID réel": (
        lambda: f.message(
            document=cda(ids_patient=f'<id root="1.2.250.1.213.1.4.8" extension="{MATRICULE}"/>'),
            pid=_autre("1.4.10&", "1.4.8&"),
        ).encode(),
        {"HL7-INS-07"},
    ),
    "type d'identifiant NH": (_oru(pid=_autre("ISO^INS", "ISO^NH")), {"HL7-INS-03"}),
    "deux INS": (
        _oru(pid=_autre(f"~{f.IPP}", "~190125432123415^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS")),
        {"HL7-INS-04", "HL7-INS-06", "HL7-CDA-01"},
    ),
    "venue absente": (_oru(pv1="PV1|1|I"), {"HL7-PV1-01"}),
    "PV1-2 vide": (_oru(pv1="PV1|1"), {"HL7-PV1-01", "HL7-STR-01"}),
    "demande RO, statut F": (_oru(orc="ORC|RO"), {"HL7-ORC-01"}),
    "suppression en T02": (_mdm(orc="ORC|CA", statut="D"), {"HL7-ORC-01"}),
    "ORC-1 inconnu": (_oru(orc="ORC|SC"), {"HL7-ORC-01"}),
    "OBR-25 partiel": (_oru(obr=f"OBR|1|||{f.TYPE}|||||||||||||||||||||P"), {"HL7-OBR-01"}),
    "sans document": (
        lambda: f.message().replace(f.message().split("\r")[5], "OBX|1|TX|1^x^LN||rien||||||F", 1).encode(),
        {"HL7-OBX-01", "HL7-ORC-01"},
    ),
    "deux documents en MDM": (
        lambda: _renumeroter(
            f.message(f.MDM)
            .replace("\rOBX|2|", f"\rOBX|2|ED|{f.TYPE}||^text^XML^Base64^{_N1}||||||F\rOBX|2|", 1)
            .replace(_N1, _CDA)
        ).encode(),
        {"HL7-OBX-01", "HL7-CDA-06"},
    ),
    "sous-type PDF": (_oru(obx_forme="^TEXT^PDF^Base64"), {"HL7-OBX-02"}),
    "encodage en clair": (_oru(obx_forme="^TEXT^XML^A", donnee="<ClinicalDocument/>"), {"HL7-OBX-02"}),
    "base64 invalide": (_oru(donnee=_CDA[:-9] + "*" + _CDA[-8:]), {"HL7-OBX-03"}),
    "PDF au lieu du CDA": (_oru(document=b"%PDF-1.4\n%%EOF"), {"HL7-OBX-03"}),
    "OBX-3 sans nomenclature": (_oru(obx_type="11502-2^CR d'examens biologiques"), {"HL7-OBX-04"}),
    "OBR-4 d'un autre type": (_oru(obr="OBR|1|||18748-4^CR d'imagerie^LN"), {"HL7-OBX-04"}),
    "OBX mal numérotés": (_change("OBX|3|", "OBX|7|"), {"HL7-OBX-05"}),
    "métadonnée absente": (_oru(metas={"CONNEXION_SECRETE": ""}), {"HL7-MET-01"}),
    "métadonnées désordonnées": (
        _oru(lignes_metas=f.ecrire_metas(dict(sorted(f.METAS.items(), reverse=True)))),
        {"HL7-MET-02"},
    ),
    "valeur O": (_oru(metas={"DESTDMP": "O"}), {"HL7-MET-03"}),
    "nomenclature absente": (_change("N^^expandedYes-NoIndicator", "N"), {"HL7-MET-03"}),
    "CWE en ORU": (_change("OBX|4|CE|", "OBX|4|CWE|"), {"HL7-MET-03"}),
    "code hors table": (
        _oru(ajout="OBX|12|CE|ACK_LECTURE^x^MetaDMPMSS||N^^expandedYes-NoIndicator||||||F"),
        {"HL7-MET-04"},
    ),
    "invisible mais envoyé au patient": (
        _oru(metas={"INVISIBLE_PATIENT": "Y", "DESTMSSANTEPAT": "Y"}),
        {"HL7-MET-05"},
    ),
    "DMP sans INS": (
        _oru(
            pid=_autre(f"{f.INS}~", ""), document=cda(ids_patient='<id root="1.2.250.1.213.99.1.7" extension="IPP1"/>')
        ),
        {"HL7-MET-06"},
    ),
    "masqué mais envoyé aux PS": (_oru(metas={"MASQUE_PS": "Y"}), {"HL7-MET-07"}),
    "corps de courriel illisible": (
        _oru(ajout="OBX|12|ED|CORPSMAIL_PS^x^MetaDMPMSS||^TEXT^^Base64^Qm9u*||||||F"),
        {"HL7-MET-08"},
    ),
    "document restreint partagé": (
        _oru(document=cda(confidentialityCode='<confidentialityCode code="R" codeSystem="2.16.840.1.113883.5.25"/>')),
        {"HL7-MET-09"},
    ),
    "sans expéditeur": (_oru(prt=f.RCT), {"HL7-PRT-01"}),
    "expéditeur sans structure": (_oru(prt=f"{f.SB.split('|||LABO')[0]}\r{f.RCT}"), {"HL7-PRT-01"}),
    "OID de l'expéditeur faux": (_oru(prt=f"{f.SB.replace('71.4.2.1&', '71.4.2.9&')}\r{f.RCT}"), {"HL7-PRT-01"}),
    "sans destinataire": (_oru(prt=f.SB), {"HL7-PRT-02"}),
    "TXA absent": (_mdm(txa=""), {"HL7-TXA-01", "HL7-STR-01"}),
    "TXA-17 DI": (_mdm(txa=f.MDM["txa"].replace("AU", "DI")), {"HL7-TXA-01"}),
    "T10 sans TXA-13": (
        lambda: f.remplacement(f.MDM, txa="TXA|1|11502-2|TEXT|||||||||1.2.250.1.213.99.1.100.2|||||AU").encode(),
        {"HL7-TXA-01"},
    ),
    "TXA-12 d'un autre document": (_mdm(txa=f.MDM["txa"].replace("100.1", "100.9")), {"HL7-TXA-02"}),
    "TXA-13 d'un autre document": (
        lambda: f.remplacement(f.MDM, txa="TXA|1|11502-2|TEXT|||||||||1.2.250.1.213.99.1.100.2|1.2.3||||AU").encode(),
        {"HL7-TXA-02"},
    ),
    "INS d'un autre patient": (_oru(pid=_autre(MATRICULE, "2901299999002" + cle_nir("2901299999002"))), {"HL7-CDA-01"}),
    "IPP d'un autre patient": (_oru(pid=_autre("IPP1^", "IPP2^")), {"HL7-CDA-02"}),
    "TXA-2 d'un autre type": (_mdm(txa=f.MDM["txa"].replace("11502-2", "18748-4")), {"HL7-CDA-03"}),
    "CDA d'un autre type": (
        _oru(document=cda(code='<code code="18748-4" codeSystem="2.16.840.1.113883.6.1" displayName="CR"/>')),
        {"HL7-CDA-03"},
    ),
    "remplacement sans RPLC": (lambda: f.remplacement(document=cda()).encode(), {"HL7-CDA-04"}),
    "RPLC en transmission initiale": (_oru(document=f.REMPLACANT), {"HL7-CDA-05"}),
    "deux N3": (lambda: _renumeroter(_PAIRE.replace(_N1, _CDA)).encode(), {"HL7-CDA-06"}),
    "nom d'un autre patient": (_oru(pid=_autre("DURAND", "DUPOND")), {"HL7-TRT-01"}),
    "date de naissance fausse": (_oru(pid=_autre("19901231", "19901230")), {"HL7-TRT-03"}),
    "sexe faux": (_oru(pid=_autre("|F|", "|M|")), {"HL7-TRT-04"}),
    "lieu de naissance faux": (_oru(pid=_autre("^99999", "^63220")), {"HL7-TRT-05"}),
    "deux MSH-2 égaux": (lambda: b"MSH|^^\\&|a\rPID|1\r", {"HL7-ENV-01"}),
    "MSH-12 absente, message sans document": (
        lambda: b"MSH|^~\\&|a|b|c|d|20261120||ACK|2|T\rMSA|AA|1\r",
        {"HL7-MSH-06", "HL7-STR-01"},
    ),
    "pas de MSH": (lambda: b"PID|1\r", {"HL7-ENV-01"}),
    "sans PID": (_oru(pid=""), {"HL7-PID-01", "HL7-MSG-01", "HL7-MET-06", "HL7-STR-01"}),
}


@pytest.mark.parametrize("nom", MUTANTS)
def test_mutant(nom: str) -> None:
    """Un défaut est pris par son code, et par lui seul."""
    examen = _mutant(nom)
    assert en_cause(examen) == MUTANTS[nom][1], en_texte(examen)


@pytest.mark.parametrize(
    "texte",
    [
        "MSH|^~\\&|PFI|CHU|SIL|LABO|20261120||ZAM^Z01^ZAM_Z01|2|T|2.6\rMSA|AA|M1\rZAM|1\r",
        "MSH|^~\\&|GAM|CHU|DPI|CHU|20261120||ADT^A28|1|T|2.5\rEVN||20261120\rPID|||1||A^B\rPV1|1|N\r",
        "MSH|^~\\&|GAM|CHU|DPI|CHU|20261120||ORM^O01^ORM_O01|1|T|2.5\rPID|||1||A^B\rORC|NW|1\rOBR|1|A|A|X^y^L\r",
        "MSH|^~\\&|GAM|CHU|DPI|CHU|20261120||ORU^R01|1|T|2.3\rPID|||1||A^B\rOBR|1||A|X^y^L\rOBX|1|NM|X^y^L||3||||||F\r",
        "MSH|^~\\&|GAM|CHU|DPI|CHU|20261120||ORU^R01^ORU_R01|1|T|2.9\rPID|||1||A^B\rOBR|1||A|X^y^L\r",
    ],
    ids=["accusé métier", "ADT sans structure", "ORM", "ORU 2.3", "version 2.9"],
)
def test_structure_hors_de_ce_que_le_banc_a_eprouve(texte: str) -> None:
    """Une structure que le banc n'a pas éprouvée est au plus à vérifier, jamais non conforme."""
    examen = _examiner(texte)
    assert en_cause(examen) == {"HL7-STR-01"} and examen.verdict is Verdict.A_VERIFIER, en_texte(examen)


def test_chaque_regle_a_ses_deux_exemples() -> None:
    """Toute règle des messages porteurs est suivie par un exemple et enfreinte par un autre, qui dit tout."""
    suivies, enfreintes = set[str](), set[str]()
    for examen in [*map(_valide, VALIDES), *map(_mutant, MUTANTS)]:
        for constat in examen.constats:
            (suivies if constat.verdict is Verdict.CONFORME else enfreintes).add(constat.code)
            if constat.verdict is Verdict.NON_CONFORME:
                assert constat.message and constat.attendu and constat.recu and constat.ou and constat.a_faire
    sujets = ("ENV", "STR", "MSH", "PID", "PV1", "ORC", "OBR", "OBX", "MET", "PRT", "TXA", "CDA")
    regles = {code for code in REGLES if code.startswith("HL7-") and code.split("-")[1] in sujets}
    regles |= {"HL7-INS-06", "HL7-INS-07"}
    assert regles - suivies == set()
    assert regles - enfreintes == set()


HOSTILES: dict[str, tuple[Callable[[], bytes], Verdict]] = {
    "segment de 70 Mo": (lambda: f.message(donnee="A" * 70_000_000).encode(), Verdict.NON_CONCLUANT),
    "un champ de 20 Mo": (
        lambda: f.message(obx_forme="^TEXT^XML^Base64", donnee="A" * 20_000_000).encode(),
        Verdict.NON_CONFORME,
    ),
    "deux cent mille segments": (lambda: f.message().encode() + b"OBX|1\r" * 200_000, Verdict.NON_CONCLUANT),
    "vingt mille segments": (lambda: f.message().encode() + b"NTE|1||x\r" * 20_000, Verdict.NON_CONFORME),
    "répétitions": (lambda: f.message(pid=f.ORU["pid"] + "~" * 200_000).encode(), Verdict.NON_CONFORME),
    "échappements": (lambda: f.message(ajout="NTE|1||" + "\\" * 300_000).encode(), Verdict.CONFORME),
    "XXE dans le CDA": (
        _oru(document=b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'),
        Verdict.CONFORME,
    ),
    "vide": (lambda: b"", Verdict.NON_CONFORME),
    "octets nuls": (lambda: b"MSH|^~\\&|" + b"\x00" * 100_000, Verdict.NON_CONFORME),
    "messages trop nombreux": (lambda: b"MSH|^~\\&|a\r" * 1500, Verdict.NON_CONCLUANT),
}


@pytest.mark.parametrize("nom", HOSTILES)
def test_hostile(nom: str) -> None:
    """Un fichier hostile est jugé ou refusé en temps borné, sans exception."""
    fabriquer, _ = HOSTILES[nom]
    octets = fabriquer()
    debut = time.perf_counter()
    examen = _examiner(octets)
    assert time.perf_counter() - debut < HOSTILE_S
    if HOSTILES[nom][1] is Verdict.NON_CONCLUANT:
        assert examen.verdict is Verdict.NON_CONCLUANT and "limite du banc" in examen.constats[0].message
    assert examen.verdict is not Verdict.CONFORME or HOSTILES[nom][1] is Verdict.CONFORME


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_octets_quelconques(octets: bytes) -> None:
    """Aucun octet ne fait lever l'examen, et rien n'est conforme par hasard."""
    assert _examiner(octets).verdict is not Verdict.CONFORME


@settings(max_examples=60)
@given(st.lists(st.text(alphabet="MSHPIDOBXZ123|^~\\&\r\n \x0b\x1c.é", max_size=60), max_size=12))
def test_segments_quelconques(lignes: list[str]) -> None:
    """Un message aux segments quelconques ne fait pas lever l'examen."""
    _examiner(f.ORU["msh"] + "\r" + "\r".join(lignes))


@settings(max_examples=40)
@given(st.integers(min_value=0), st.integers(min_value=0, max_value=255))
def test_message_abime(position: int, octet: int) -> None:
    """Un message dont un octet change ne fait pas lever l'examen."""
    octets = bytearray(f.message().encode())
    octets[position % 1500] = octet
    _examiner(bytes(octets))


@pytest.mark.parametrize(
    ("message", "dit"),
    [
        (_oru(pv1="PV1|1|O|SERVICE|U^URGENCE^TABLE"), "composants que le type du champ n'admet pas : PV1.PV1_4"),
        (_oru(pv1="PV1|1|O" + "|" * 60 + "x"), "champ au-delà du dernier que cette version prévoit"),
    ],
)
def test_defaut_de_structure_en_francais(message: Callable[[], bytes], dit: str) -> None:
    """La faute que relève la bibliothèque se lit sans connaître la bibliothèque."""
    recus = [c.recu for c in _examiner(message()).constats if c.code == "HL7-STR-01"]
    assert any(dit in recu for recu in recus) and not any("None" in recu for recu in recus), recus
