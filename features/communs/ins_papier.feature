# language: fr
Fonctionnalité: L'identité sur les documents imprimés
  Un compte rendu imprimé montre l'identité, le matricule INS et le datamatrix quand l'identité est qualifiée.

  @INS/va1.15.01
  Scénario: Un compte rendu imprimé porte l'identité minimale et le matricule INS
    Étant donné un patient « Amédée » dont le statut est « identité qualifiée »
    Et un patient « Apolline » dont le statut est « identité qualifiée »
      | champ                | valeur            |
      | prénoms de naissance | ANNE-LISE MARTHE  |
    Quand le professionnel valide et imprime un compte rendu pour le patient « Amédée »
    Alors le document imprimé montre l'identité minimale et le matricule INS du patient « Amédée »
    Quand le professionnel valide et imprime un compte rendu pour le patient « Apolline »
    Alors le document imprimé montre l'identité minimale et le matricule INS du patient « Apolline »

  @INS/va1.10.01
  Scénario: D'autres traits sont imprimés sur choix du site
    Étant donné un patient « Barnabé » dont le statut est « identité qualifiée »
      | champ          | valeur    |
      | nom utilisé    | LEFORT    |
      | prénom utilisé | BARNY     |
    # Sans le choix du site, ces traits ne sont pas imprimés : un logiciel qui les imprime toujours est à vérifier.
    Quand l'administrateur n'ajoute aucun trait aux éditions
    Et le professionnel valide et imprime un compte rendu pour le patient « Barnabé »
    Alors le document imprimé ne montre pas d'autres traits du patient « Barnabé »
    Quand l'administrateur ajoute nom utilisé, prénom utilisé et code lieu de naissance aux éditions
    Et le professionnel valide et imprime un compte rendu pour le patient « Barnabé »
    Alors le document imprimé montre aussi nom utilisé, prénom utilisé et code lieu de naissance du patient « Barnabé »

  @INS/va1.03.01
  Scénario: Un compte rendu imprimé porte le datamatrix INS
    Étant donné un patient « Capucine » dont le statut est « identité qualifiée »
    Et un patient « Cosme » dont le statut est « identité qualifiée »
      | champ                | valeur               |
      | prénoms de naissance | COSME ELZEAR JACQUES |
    Quand le professionnel valide et imprime un compte rendu pour le patient « Capucine »
    Alors le datamatrix INS du document imprimé porte l'identité du patient « Capucine »
    Quand le professionnel valide et imprime un compte rendu pour le patient « Cosme »
    Alors le datamatrix INS du document imprimé porte l'identité du patient « Cosme »

  @INS/va1.59.02
  Scénario: L'INS d'une identité non qualifiée ne sort pas sur le papier
    Étant donné un patient « Delphine » dont le statut est « identité récupérée »
    Et un patient « Désiré » dont le statut est « identité qualifiée »
    Quand le professionnel valide et imprime un compte rendu pour le patient « Delphine »
    Alors le document imprimé ne porte ni matricule INS, ni OID, ni datamatrix du patient « Delphine »
    Quand le professionnel valide et imprime un compte rendu pour le patient « Désiré »
    Alors le document imprimé montre l'identité minimale et le matricule INS du patient « Désiré »
