"""Une alimentation du DMP (TD2.1) complète, signature du lot comprise, écrite comme le ferait un logiciel."""

from __future__ import annotations

from dataclasses import dataclass

from simulators.socle.identites import IdentiteTest
from tests.interop.lancement import BancLance
from tests.simulators.dmp import messages
from tests.simulators.dmp.messages import DemandeVihf, Document

_PARAGRAPHE = f"<paragraph>{'QUJD' * 2**18}</paragraph>"


@dataclass(frozen=True)
class Envoi:
    """Ce qu'un client HTTP doit poster."""

    url: str
    octets: bytes
    type_contenu: str
    unique_id: str


def demande(banc: BancLance, identite: IdentiteTest, mode: str = "INDIRECTE") -> DemandeVihf:
    """VIHF du premier professionnel publié, pour ce patient."""
    return DemandeVihf(mode=mode, name_id=professionnel(banc), ins=messages.cx(identite.matricule_ins, identite.oid))


def professionnel(banc: BancLance) -> str:
    """Identifiant national du premier professionnel publié."""
    return str(banc.environnement["professionnels"][0]["identifiant_national"])


def enveloppe(banc: BancLance, identite: IdentiteTest, corps: str, action: str) -> bytes:
    """Message en authentification indirecte, VIHF signé avec la clé publiée de la structure."""
    vihf = messages.vihf(banc.identifiants("org_sign"), demande(banc, identite))
    return messages.enveloppe(corps, action, vihf)


def alimentation(banc: BancLance, identite: IdentiteTest | None = None, *, taille: int = 0) -> Envoi:
    """TD2.1 d'un CDA et de sa signature de lot ; `taille` : octets ajoutés au document, au mégaoctet près."""
    identite = identite or banc.identite()
    patient = messages.cx(identite.matricule_ins, identite.oid)
    nu = Document(auteur=professionnel(banc), patient=patient)
    cda = messages.cda(nu.unique_id, identite.matricule_ins, suite=_PARAGRAPHE * (taille // len(_PARAGRAPHE)))
    document = Document(contenu=cda, auteur=nu.auteur, patient=patient, unique_id=nu.unique_id)
    lot = f"2.25.{int(nu.unique_id.rpartition('.')[2]) // 7}"
    manifeste = messages.signature_du_lot(lot, [document])
    signature = Document(
        contenu=manifeste.contenu, id="Signature01", type_code="E1762", auteur=nu.auteur, patient=patient
    )
    corps = messages.td21([document, signature], lot=lot, suite=messages.lien("Signature01", "Lot01", messages.SIGNS))
    tete, queue = corps.split('<rim:ExtrinsicObject id="Signature01"')
    queue = queue.replace('nodeRepresentation="11"', f'nodeRepresentation="{messages.CLASSE_SIGNATURE}"', 1)
    racine = enveloppe(banc, identite, f'{tete}<rim:ExtrinsicObject id="Signature01"{queue}', messages.ACTION_TD21)
    pieces = [("Document01@essai", document.octets), ("Signature01@essai", signature.octets)]
    return Envoi(
        f"{banc.service('dmp', 'url')}/repository",
        messages.multipart(racine, pieces),
        messages.type_multipart(messages.ACTION_TD21),
        nu.unique_id,
    )
